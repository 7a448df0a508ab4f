"""A safetensors file by hand: eight bytes, a header in JSON, and the numbers. Nothing can run.

The library reads and writes them everywhere else. Built in chapter 7.
"""

import json
from typing import Any

import torch
from torch import Tensor

DTYPES = {"F32": torch.float32, "F16": torch.float16, "BF16": torch.bfloat16, "I64": torch.int64}


def read_header(content: bytes) -> dict[str, dict[str, Any]]:
    """What the file says of itself: of each tensor its dtype, shape and data_offsets, in bytes.

    The first eight bytes are the length of the header, least byte first; then comes the header.
    Source: the format's own description, github.com/huggingface/safetensors. Built in chapter 7.
    """
    length = int.from_bytes(content[:8], "little")
    return json.loads(content[8 : 8 + length])


def read_tensor(content: bytes, name: str) -> Tensor:
    """One tensor of the file. The offsets count from the end of the header.

    Raises ValueError for a name that is not there, with those that are. Built in chapter 7.
    """
    header = read_header(content)
    if name not in header:
        raise ValueError(f"the file has no tensor {name!r}; it has {', '.join(sorted(header))}.")
    data = content[8 + int.from_bytes(content[:8], "little") :]
    entry = header[name]
    start, end = entry["data_offsets"]
    numbers = torch.frombuffer(bytearray(data[start:end]), dtype=DTYPES[entry["dtype"]])
    return numbers.view(entry["shape"])
