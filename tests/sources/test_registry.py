import subprocess
import sys

import pytest

from lmlab.sources import SourceError, Unreachable, registry
from lmlab.sources.indexes import Indexes


@pytest.fixture
def folder(tmp_path):
    folder = tmp_path / "downloads"
    folder.mkdir()
    return folder


def test_a_wheel_is_found_without_pip(index, folder, monkeypatch):
    monkeypatch.setattr(registry, "has_pip", lambda: False)
    package = index.wheel()
    assert registry.download(package, folder, progress=False).name == package.filename


def test_a_simple_index_in_a_folder(index, folder, monkeypatch):
    package = index.sdist()
    page = index.folder / "simple" / "tiny"
    page.mkdir(parents=True)
    (page / "index.html").write_text(f'<a href="../../{package.filename}">{package.filename}</a>')
    where = Indexes(index_urls=((index.folder / "simple").as_uri(),))
    monkeypatch.setattr(registry, "user_indexes", lambda: where)
    assert registry.download(package, folder, progress=False).stat().st_size == package.bytes


def test_an_index_that_does_not_answer_is_passed_over(index, folder, monkeypatch, capsys):
    links = ("/nowhere/at/all", str(index.folder))
    where = Indexes(("http://127.0.0.1:9/simple", "file:///nowhere/simple"), links)
    monkeypatch.setattr(registry, "user_indexes", lambda: where)
    monkeypatch.setattr(registry, "reachable", lambda url: True)
    assert registry.download(index.sdist(), folder, progress=False).is_file()
    assert capsys.readouterr().err == ""


def test_no_network_is_said_before_any_tool_is_started(index, folder, monkeypatch):
    monkeypatch.setattr(registry, "user_indexes", lambda: Indexes(("https://index.invalid",)))
    monkeypatch.setattr(registry, "reachable", lambda url: False)
    with pytest.raises(Unreachable, match="package index does not answer"):
        registry.download(index.wheel(), folder, progress=False)


def test_a_failure_without_network_is_put_down_to_it(index, folder, monkeypatch):
    monkeypatch.setattr(registry, "reachable", lambda url: False)
    links = (str(index.folder),)
    for urls, error in (((), SourceError), (("https://index.invalid/simple",), Unreachable)):
        monkeypatch.setattr(registry, "user_indexes", lambda u=urls: Indexes(u, links))
        package = index.sdist()
        (index.folder / package.filename).unlink()
        with pytest.raises(SourceError) as caught:
            registry.download(package, folder, progress=False)
        assert caught.type is error


def test_a_wheel_of_another_build_is_not_taken(index, folder):
    package = index.wheel()
    (index.folder / package.filename).rename(index.folder / "tiny-1.0-py3.py2-none-any.whl")
    with pytest.raises(SourceError, match="not tiny-1.0-py3-none-any.whl"):
        registry.download(package, folder, progress=False)


def test_an_interrupt_ends_the_child_as_well(folder):
    def interrupted(position):
        raise KeyboardInterrupt

    child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    with pytest.raises(KeyboardInterrupt):
        registry._watch(child, folder, interrupted)
    assert child.poll() is not None
