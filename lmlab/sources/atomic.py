"""Files and folders that are there whole or not at all, whenever the power fails.

A thing is written beside its place under a temporary name, flushed to the disk, then renamed.
"""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

TEMPORARY = ".partial-"
"""Temporary names begin with this; what a crash leaves behind may be deleted."""


def write_file(path: str | Path, content: bytes | str) -> Path:
    """Write `content` (text as UTF-8) to `path`; an older file stays until the new one is whole."""
    path = Path(path)
    data = content.encode() if isinstance(content, str) else content
    with new_file(path) as temporary:
        temporary.write_bytes(data)
    return path


@contextmanager
def new_file(path: str | Path) -> Iterator[Path]:
    """Give a temporary path to write to; at the end of the `with` block it becomes `path`."""
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.parent / f"{TEMPORARY}{path.name}-{os.getpid()}"
    try:
        yield temporary
        flush(temporary)
        os.replace(temporary, path)
        flush(path.parent)
    finally:
        temporary.unlink(missing_ok=True)


@contextmanager
def new_folder(path: str | Path) -> Iterator[Path]:
    """Give a temporary folder to fill; at the end of the `with` block it becomes `path`.

    `path` must not be there yet. A folder of that name is therefore always complete.
    """
    path = Path(path)
    if path.exists():
        raise FileExistsError(f"{path} is there already; choose another name or remove it first.")
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = Path(tempfile.mkdtemp(prefix=f"{TEMPORARY}{path.name}-", dir=path.parent))
    try:
        temporary.chmod(0o755)
        yield temporary
        for file in temporary.rglob("*"):
            flush(file)
        flush(temporary)
        os.rename(temporary, path)
        flush(path.parent)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def flush(path: Path) -> None:
    """Ask the disk to keep what was written to a file or, where it can, a folder."""
    if path.is_dir() and os.name == "nt":  # Windows does not open folders
        return
    handle = os.open(path, os.O_RDONLY if os.name != "nt" else os.O_RDWR)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
