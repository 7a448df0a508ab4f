"""The folder where fetched things are kept, held by one process at a time while it is filled."""

import errno
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import platformdirs
from filelock import FileLock, Timeout

from lmlab.sources import atomic
from lmlab.sources.artifacts import SourceError

CANNOT_WRITE = {errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOTDIR, errno.EEXIST}


def cache_dir() -> Path:
    """Where fetched things are kept: `$LMLAB_CACHE`, else the platform's own cache folder."""
    chosen = os.environ.get("LMLAB_CACHE")
    if chosen:
        return Path(chosen).expanduser().absolute()
    return Path(platformdirs.user_cache_dir("lmlab", appauthor=False))


@contextmanager
def explained(path: Path) -> Iterator[None]:
    """Turn a full disk or a folder that cannot be written into a sentence that says what to do."""
    way_out = "set LMLAB_CACHE to a folder with room that you can write to"
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise SourceError(
                f"The disk is full at {path} ({error.strerror}): free some space, or {way_out}."
            ) from error
        if error.errno in CANNOT_WRITE:
            raise SourceError(f"Cannot write to {path} ({error.strerror}): {way_out}.") from error
        raise


def require_space(folder: Path, wanted: int) -> None:
    """Raise before anything is fetched when `folder`'s disk has fewer than `wanted` bytes free."""
    free = shutil.disk_usage(folder).free
    if free < wanted:
        raise OSError(errno.ENOSPC, f"{wanted / 1e6:.0f} MB needed, {free / 1e6:.0f} MB free")


@contextmanager
def locked(target: Path, waiting: str) -> Iterator[None]:
    """Hold `target` alone among all processes; says `waiting` when another holds it now.

    What a killed process left behind is cleared away.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    lock = FileLock(f"{target}.lock")
    try:
        lock.acquire(timeout=0)
    except Timeout:
        print(waiting)
        lock.acquire()
    try:
        for leftover in target.parent.glob(f"{atomic.TEMPORARY}{target.name}-*"):
            shutil.rmtree(leftover, ignore_errors=True)
        yield
    finally:
        lock.release()


@contextmanager
def rebuilt(target: Path) -> Iterator[Path]:
    """A folder to fill, put in the place of `target`, which was found damaged, when all went well.

    Hold `locked(target, …)` around it.
    """
    if target.exists():
        shutil.rmtree(target)
    with atomic.new_folder(target) as folder:
        yield folder
