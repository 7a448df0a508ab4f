import errno
import shutil
from pathlib import Path

import pytest

from lmlab.sources import SourceError, cache_dir, fetch


def test_the_environment_chooses_the_folder(monkeypatch):
    monkeypatch.setenv("LMLAB_CACHE", "~/elsewhere")
    assert cache_dir() == Path.home() / "elsewhere"
    monkeypatch.delenv("LMLAB_CACHE")
    assert cache_dir().name in ("lmlab", "Cache") and cache_dir().is_absolute()


def test_a_full_disk_is_noticed_before_anything_is_fetched(index, monkeypatch):
    package = index.sdist()
    monkeypatch.setattr(shutil, "disk_usage", lambda _: shutil._ntuple_diskusage(10, 10, 0))
    with pytest.raises(SourceError, match=r"disk is full .*LMLAB_CACHE"):
        fetch(package, progress=False)


def test_a_disk_that_fills_up_on_the_way(index, cache, monkeypatch):
    def full(*_, **__):
        raise OSError(errno.ENOSPC, "No space left on device")

    package = index.sdist()
    with monkeypatch.context() as patch:
        patch.setattr("lmlab.sources.archive._copy", full)
        with pytest.raises(SourceError, match=r"disk is full .*LMLAB_CACHE"):
            fetch(package, progress=False)
    assert not (cache / "packages" / package.key).exists()
    assert fetch(package, progress=False).path("story.txt").read_bytes() == index.story


@pytest.mark.parametrize("number", [errno.EROFS, errno.EACCES])
def test_a_cache_that_cannot_be_written(index, monkeypatch, number):
    def refused(*_, **__):
        raise OSError(number, "refused")

    monkeypatch.setattr(Path, "mkdir", refused)
    with pytest.raises(SourceError, match=r"Cannot write to .*LMLAB_CACHE"):
        fetch(index.sdist(), progress=False)


def test_a_file_where_the_cache_should_be(index, cache):
    cache.write_text("in the way")
    with pytest.raises(SourceError, match=r"Cannot write to .*LMLAB_CACHE"):
        fetch(index.sdist(), progress=False)
