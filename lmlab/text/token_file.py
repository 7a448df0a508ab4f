"""Token arrays on disk: a .npy file that is mapped into memory instead of read."""

import json
from collections.abc import Iterable
from pathlib import Path

import numpy as np

from lmlab.text.writing import whole_file


def write_tokens(path: Path, chunks: Iterable[np.ndarray], dtype: np.dtype, digest: str) -> None:
    """Write the chunks, one after the other, as one array; `digest` says what they were made from.

    The file is an ordinary .npy file; behind the array stands one line of JSON with the digest.
    """
    with whole_file(path) as file:
        n_tokens = 0
        _write_header(file, n_tokens, dtype)  # its length does not depend on the number
        for chunk in chunks:
            file.write(chunk.astype(dtype).tobytes())
            n_tokens += len(chunk)
        file.write(_trailer(digest, n_tokens))
        file.seek(0)
        _write_header(file, n_tokens, dtype)


def read_tokens(path: Path, digest: str) -> np.ndarray | None:
    """The array in `path`, mapped read-only; None unless it is whole and was made from `digest`."""
    try:
        tokens = np.load(path, mmap_mode="r", allow_pickle=False)
        with path.open("rb") as file:
            file.seek(tokens.offset + tokens.nbytes)
            whole = file.read() == _trailer(digest, len(tokens))
    except (OSError, ValueError, EOFError, AttributeError, TypeError):  # absent or not such a file
        return None
    return tokens if whole else None


def _write_header(file, n_tokens: int, dtype: np.dtype) -> None:
    header = {"descr": dtype.str, "fortran_order": False, "shape": (n_tokens,)}
    np.lib.format.write_array_header_1_0(file, header)


def _trailer(digest: str, n_tokens: int) -> bytes:
    return (json.dumps({"digest": digest, "tokens": n_tokens}) + "\n").encode()
