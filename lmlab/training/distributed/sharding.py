"""Which rows of a batch are one process's own."""

from typing import Any

import torch

from lmlab.text.batches import IGNORED
from lmlab.training.distributed.world import World


def own_rows(batch_size: int, world: World) -> range:
    """The rows of each training batch that this process reads.

    The batches are the same for any number of processes, so that the outcome is as well.
    """
    if batch_size % world.size:
        fitting = [n for n in range(1, batch_size + 1) if batch_size % n == 0]
        raise ValueError(
            f"batch_size={batch_size} cannot be divided among {world.size} processes: start "
            f"{' or '.join(map(str, fitting))}, or choose a batch_size that {world.size} divides."
        )
    share = batch_size // world.size
    return range(world.rank * share, (world.rank + 1) * share)


def own_part(batch: Any, world: World) -> Any:
    """The rows of a batch (`Batch`, `PairBatch`, `LabelledBatch`) that this process scores.

    A batch of fewer rows than processes leaves some without one. They read the first row, and
    count none of its targets: with "fsdp", a model computes when all processes do.
    """
    if world.size == 1:
        return batch
    is_idle = world.rank >= len(batch.targets)
    rows = slice(1) if is_idle else slice(world.rank, None, world.size)
    own = type(batch)(*(tensor[rows] for tensor in batch))
    return own._replace(targets=torch.full_like(own.targets, IGNORED)) if is_idle else own
