"""The processes that train together: who one is, and the few things they say to each other."""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, Literal, get_args

import torch
from torch import distributed

from lmlab.training.distributed.lost import Watch

Parallel = Literal["ddp", "fsdp"]
PATIENCE = timedelta(minutes=30)
"""How long a process waits for the others, who may be encoding a text."""


@dataclass(frozen=True)
class World:
    """This process among all; whatever it asks of the others, all must ask at the same time."""

    rank: int = 0
    size: int = 1
    parallel: Parallel = "ddp"
    """Whole copies of the model ("ddp"), or each process a part of every matrix ("fsdp")."""

    @property
    def speaks(self) -> bool:
        """True for the one process that prints and writes."""
        return self.rank == 0

    def sum(self, *values: int | float) -> tuple[int | float, ...]:
        """Each value added up over all processes."""
        return self._reduced(values, distributed.ReduceOp.SUM)

    def longest(self, seconds: float) -> float:
        """The largest of the processes' values."""
        return self._reduced((seconds,), distributed.ReduceOp.MAX)[0]

    def any(self, flag: bool) -> bool:
        """Whether the flag is up in any process."""
        return self.longest(float(flag)) > 0

    def wait(self) -> None:
        """Until all have come here."""
        if self.size > 1:
            self.sum(0.0)

    def from_first(self, value: Any) -> Any:
        """The value of process 0, as JSON has it."""
        if self.size == 1:
            return value
        text = torch.frombuffer(bytearray(json.dumps(value), "utf-8"), dtype=torch.uint8)
        length = torch.tensor(len(text))
        distributed.broadcast(length, src=0)
        if not self.speaks:
            text = torch.empty(int(length), dtype=torch.uint8)
        distributed.broadcast(text, src=0)
        return json.loads(bytes(text.tolist()))

    def reseed(self, seed: int, step: int) -> None:
        """Give each process dropout of its own, that depends on nothing but (seed, step, rank).

        One process alone goes on drawing from where it is, as its checkpoints remember.
        """
        if self.size > 1:
            torch.manual_seed(hash((seed, step, self.rank)))  # of numbers: the same in every run

    def _reduced(self, values: tuple[int | float, ...], operation) -> tuple[int | float, ...]:
        if self.size == 1:
            return values
        tensor = torch.tensor(values, dtype=torch.float64)  # on the CPU: gloo carries it
        distributed.all_reduce(tensor, operation)
        return tuple(tensor.tolist())


ALONE = World()


@contextmanager
def join(parallel: str, out: Path) -> Iterator[World]:
    """The world that torchrun has made, for a run in the folder `out`; ALONE without torchrun.

    Tensors on a GPU travel by nccl, all others by gloo. Reads RANK, WORLD_SIZE and LOCAL_RANK.
    """
    if parallel not in get_args(Parallel):
        raise ValueError(f"parallel={parallel!r} is none of {', '.join(get_args(Parallel))}.")
    size = int(os.environ.get("WORLD_SIZE", 1))
    if size == 1:
        yield ALONE
        return
    if torch.cuda.is_available():
        torch.cuda.set_device(int(os.environ["LOCAL_RANK"]))
    backend = "cpu:gloo,cuda:nccl" if torch.cuda.is_available() else "gloo"
    distributed.init_process_group(backend, timeout=PATIENCE)
    world = World(distributed.get_rank(), size, parallel)
    with Watch(world.rank, size, parallel, out):
        yield world
    distributed.destroy_process_group()


def is_restarted(out: Path) -> bool:
    """Whether torchrun has started this run again (`--max-restarts`), so that it is to go on."""
    restarts = int(os.environ.get("TORCHELASTIC_RESTART_COUNT", 0))
    return restarts > 0 and (out / "run.json").is_file()
