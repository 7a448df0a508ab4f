"""Read the weights of a Marian model, of which the Bergamot project keeps small ones in 8 bits.

A matrix W is kept as whole numbers q, with one scale for all: W = q / scale. It is kept transposed,
(out, in), as `nn.Linear` has it. Source: `src/common/binary.cpp` and
`src/tensors/cpu/intgemm_interface.h` in the repository browsermt/marian-dev.
"""

import math
import struct
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

VERSION = 1
FLOAT32, INT8, SETTINGS = 0x404, 0x4101, 0x101
"""Kinds of items: a plain array, a matrix in 8 bits, and the text of the settings."""
EMBEDDING = "Wemb"
"""The only matrix that is kept as it is, a row for each token."""


def read_marian(path: str | Path) -> tuple[dict[str, Tensor], dict[str, str]]:
    """The weights in float32 by Marian's names, and the settings that stand among them.

    Raises ValueError when the file is of another kind, or not whole.
    """
    data = Path(path).read_bytes()
    try:
        return _read(data)
    except (struct.error, ValueError, UnicodeDecodeError) as error:
        raise ValueError(
            f"{path} is no whole Marian file in 8 bits ({error}); fetch it again."
        ) from error


def _read(data: bytes) -> tuple[dict[str, Tensor], dict[str, str]]:
    version, n = struct.unpack_from("<QQ", data)
    if version != VERSION:
        raise ValueError(f"its version is {version}, not {VERSION}")
    headers = list(struct.iter_unpack("<4Q", data[16 : 16 + 32 * n]))
    place = 16 + 32 * n
    names, shapes = [], []
    for length, *_ in headers:
        names.append(data[place : place + length - 1].decode())
        place += length
    for _, _, rank, _ in headers:
        shapes.append(struct.unpack_from(f"<{rank}i", data, place))
        place += 4 * rank
    place += 8 + struct.unpack_from("<Q", data, place)[0]  # what fills up to the next full line
    weights, settings = {}, {}
    for name, shape, (_, kind, _, length) in zip(names, shapes, headers, strict=True):
        item = data[place : place + length]
        place += length
        if kind == SETTINGS:
            lines = item.rstrip(b"\0").decode().splitlines()
            settings = dict(line.split(": ", 1) for line in lines if ": " in line)
        elif not name.endswith("_QuantMultA"):  # scales for arithmetic in 8 bits; ours is in 32
            if kind not in (FLOAT32, INT8):
                raise ValueError(f"{name} is of kind {kind:#x}, not {FLOAT32:#x} or {INT8:#x}")
            weights[name] = _array(item, shape) if kind == FLOAT32 else _matrix(item, name, shape)
    return weights, settings


def _array(item: bytes, shape: tuple[int, ...]) -> Tensor:
    numbers = np.frombuffer(item, "<f4", math.prod(shape))
    return torch.from_numpy(numbers.copy()).squeeze()


def _matrix(item: bytes, name: str, shape: tuple[int, ...]) -> Tensor:
    rows, columns = shape if name == EMBEDDING else reversed(shape)
    numbers = torch.from_numpy(np.frombuffer(item, "i1", rows * columns).astype(np.float32))
    (scale,) = struct.unpack_from("<f", item, rows * columns)
    return (numbers / scale).view(rows, columns)
