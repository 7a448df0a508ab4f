"""Tensors that many processes hold, written by all of them and read by any number.

`torch.distributed.checkpoint` (DCP) writes each process's parts, a tensor that all hold only once,
and cuts them anew when others read. It does so here in safetensors: its own format has a pickle in
it. (What its processes say to each other on the way does travel as pickles of torch's own.)
"""

import warnings
from collections.abc import Mapping
from pathlib import Path

from torch import Tensor
from torch import distributed as dist

JOINED, INDEX = "model-00001-of-00001.safetensors", "model.safetensors.index.json"
"""What DCP calls the one file into which it joins all parts, and its table of contents."""


def write(tensors: Mapping[str, Tensor], folder: Path) -> None:
    """Write a file folder/shard-….safetensors for each process; all must call it."""
    from torch.distributed import checkpoint as dcp  # seconds, that one process saves

    _save(tensors, dcp.HuggingFaceStorageWriter(folder, save_distributed=True))


def write_joined(tensors: Mapping[str, Tensor], path: Path) -> None:
    """Write one ordinary file: parts by all, joined by the first, one tensor at a time.

    For tensors of floats with a shape, such as weights; DCP joins no others.
    """
    from torch.distributed import checkpoint as dcp

    folder = path.parent
    writer = dcp.HuggingFaceStorageWriter(folder, save_distributed=True, enable_consolidation=True)
    _save(tensors, writer)
    if dist.get_rank() == 0:
        (folder / JOINED).rename(path)
        (folder / INDEX).unlink()
        for part in (folder / "sharded").iterdir():
            part.unlink()
        (folder / "sharded").rmdir()


def read(tensors: Mapping[str, Tensor], folder: Path, alone: bool = False) -> None:
    """Fill `tensors`, whole ones or parts, from all files in `folder`.

    All processes call it, and each reads what it needs; or one does for itself, `alone`.
    """
    from torch.distributed import checkpoint as dcp

    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "torch.distributed is disabled")  # as it is meant
        dcp.load(dict(tensors), storage_reader=dcp.HuggingFaceStorageReader(folder), no_dist=alone)


def sizes(folder: Path) -> dict[str, Tensor]:
    """An empty tensor of the meta device, for shape and type, by the name of each in `folder`."""
    import torch
    from torch.distributed import checkpoint as dcp

    metadata = dcp.HuggingFaceStorageReader(folder).read_metadata().state_dict_metadata
    return {
        name: torch.empty(each.size, dtype=each.properties.dtype, device="meta")
        for name, each in metadata.items()
    }


def _save(tensors: Mapping[str, Tensor], writer) -> None:
    from torch.distributed import checkpoint as dcp

    try:
        dcp.save(dict(tensors), storage_writer=writer)
    except dcp.CheckpointException as error:  # no Exception: nothing else would catch it
        first, _ = next(iter(error.failures.values()))
        raise first from error
