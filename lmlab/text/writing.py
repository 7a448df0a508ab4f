"""Writing a file whole or not at all, with an error that says what to do."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from lmlab.sources.atomic import new_file


@contextmanager
def whole_file(path: Path) -> Iterator[IO[bytes]]:
    """Open a file for writing that becomes `path` when the block ends well; see `new_file`.

    Raises OSError, of the kind that the system gave, with the path and what to do about it.
    """
    try:
        with new_file(path) as temporary, open(temporary, "wb") as file:
            yield file
    except OSError as error:
        raise OSError(
            error.errno,
            f"cannot write {path} ({error.strerror}); choose a folder that you may write to, on a "
            "disk with room. Nothing that was there is lost.",
        ) from None
