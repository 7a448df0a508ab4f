import hashlib
import subprocess
import sys
import textwrap
from dataclasses import replace

import pytest

from lmlab.sources import SourceError, fetch, find, registry


def leftovers(cache):
    return [path.name for path in (cache / "packages").iterdir() if not path.name.endswith(".lock")]


@pytest.fixture(params=["wheel", "sdist"])
def package(index, request):
    return getattr(index, request.param)()


def test_a_package_is_fetched_once_and_then_served_from_the_cache(index, cache, package):
    first = fetch(package, progress=False)
    assert first.served_by == "package registry"
    assert first.path("story.txt").read_bytes() == index.story
    assert [path.name for path in first.folder.iterdir()] == ["story.txt"]  # only what is wanted
    index.serve_instead(package, b"gone")
    assert fetch(package).served_by == "cache"
    assert leftovers(cache) == ["tiny-1.0"]


def test_a_wrong_digest_names_both_and_deletes_only_the_download(index, cache, package):
    other = cache / "packages" / "other-1.0" / "kept.txt"
    other.parent.mkdir(parents=True)
    other.write_text("kept")
    wrong = b"not what was pinned"
    index.serve_instead(package, wrong)
    with pytest.raises(SourceError) as caught:
        fetch(package, progress=False)
    assert package.sha256 in str(caught.value)
    assert hashlib.sha256(wrong).hexdigest() in str(caught.value)
    assert leftovers(cache) == ["other-1.0"] and other.read_text() == "kept"
    assert (index.folder / package.filename).exists()  # the user's own file is not ours to delete


def test_a_file_changed_in_the_cache_is_noticed_and_replaced(index):
    package = index.sdist()
    path = fetch(package, progress=False).path("story.txt")
    path.write_bytes(index.story[:-1] + b"X")
    assert find(package) is None
    assert fetch(package, progress=False).path("story.txt").read_bytes() == index.story


def test_a_package_that_the_index_lacks(index):
    missing = replace(index.sdist(), name="absent", filename="absent-1.0.tar.gz")
    with pytest.raises(SourceError, match=r"has no absent-1\.0\.tar\.gz"):
        fetch(missing, progress=False)


@pytest.mark.parametrize("error", [KeyboardInterrupt, ConnectionError])
def test_an_interrupted_download_is_gone_on_with(index, cache, monkeypatch, error):
    def broken(package, path, progress):
        path.write_bytes(b"half")
        raise error

    package = index.sdist()
    with monkeypatch.context() as patch:
        patch.setattr(registry, "download", broken)
        with pytest.raises(error):
            fetch(package, progress=False)
    assert leftovers(cache) == [f"{package.filename}.part"] and find(package) is None
    assert fetch(package, progress=False).served_by == "package registry"
    assert leftovers(cache) == ["tiny-1.0"]


def test_a_beginning_of_another_file_costs_a_second_download_and_no_more(index, cache, monkeypatch):
    package = index.sdist()
    whole = (index.folder / package.filename).read_bytes()
    begun = []

    def go_on(package, path, progress):
        begun.append(path.read_bytes() if path.exists() else b"")
        path.write_bytes(begun[-1] + whole[len(begun[-1]) :])

    (cache / "packages").mkdir(parents=True)
    (cache / "packages" / f"{package.filename}.part").write_bytes(b"of another file")
    monkeypatch.setattr(registry, "download", go_on)
    assert fetch(package, progress=False).path("story.txt").read_bytes() == index.story
    assert begun == [b"of another file", b""]


def test_a_whole_beginning_is_not_fetched_again(index, cache, monkeypatch):
    package = index.sdist()
    (cache / "packages").mkdir(parents=True)
    part = cache / "packages" / f"{package.filename}.part"
    (index.folder / package.filename).rename(part)
    monkeypatch.setattr(registry, "download", None)
    assert fetch(package).path("story.txt").read_bytes() == index.story


def test_what_a_killed_process_left_behind_is_cleared_away(index, cache):
    package = index.sdist()
    half = cache / "packages" / ".partial-tiny-1.0-xyz" / package.filename
    half.parent.mkdir(parents=True)
    half.write_bytes(b"half")
    (cache / "packages" / package.filename).write_bytes(b"half")
    fetch(package, progress=False)
    assert leftovers(cache) == ["tiny-1.0"]


def test_a_finished_download_is_not_fetched_again(index, cache, monkeypatch):
    package = index.sdist()
    (cache / "packages").mkdir(parents=True)
    (index.folder / package.filename).rename(cache / "packages" / package.filename)
    monkeypatch.setattr(registry, "download", None)
    assert fetch(package).path("story.txt").read_bytes() == index.story
    assert leftovers(cache) == ["tiny-1.0"]


def test_two_processes_at_once_do_not_harm_each_other(index, cache):
    package = index.sdist()
    code = f"""
        from lmlab.sources import Member, Package, fetch
        found = fetch({package!r}, progress=False)
        print(found.served_by, len(found.path("story.txt").read_bytes()))
    """
    command = [sys.executable, "-c", textwrap.dedent(code)]
    both = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    said = [process.communicate(timeout=60)[0].splitlines()[-1] for process in both]
    size = len(index.story)
    assert sorted(said) in (
        [f"cache {size}", f"package registry {size}"],
        [f"package registry {size}", f"package registry {size}"],
    )
    assert leftovers(cache) == ["tiny-1.0"]


def test_shipped_files_come_before_the_cache(index, tmp_path, monkeypatch):
    package = index.sdist()
    folder = tmp_path / "data" / "packages" / package.key
    folder.mkdir(parents=True)
    (folder / "story.txt").write_bytes(index.story)
    monkeypatch.setattr(sys.modules["lmlab.sources.shipped"], "data_dir", lambda: tmp_path / "data")
    assert fetch(package).served_by == "shipped"
