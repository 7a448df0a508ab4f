"""What is said when a process is lost.

torchrun notices a dead process and ends the others by SIGTERM. Before they go, one of them says
which it was, what is kept, and how to go on. Any of them may be waiting inside a collective that
will never come back, where Python hears no signal: so a thread listens for them.
"""

import os
import platform
import signal
import sys
import threading
import time
import zlib
from pathlib import Path

import psutil
import torch
from torch import distributed

from lmlab.training.checkpoints import complete

GRACE = 5.0
"""Seconds in which torchrun ends the others, once one of them has ended."""


class Watch:
    """`with Watch(rank, size, parallel, out):` around all that the processes do together."""

    def __init__(self, rank: int, size: int, parallel: str, out: Path):
        self.rank, self.size, self.parallel, self.out = rank, size, parallel, out
        self.peers = _processes(size)
        self._leaving = threading.Lock()  # held by whoever says the last words

    def __enter__(self) -> "Watch":
        self._reading, writing = os.pipe()
        os.set_blocking(writing, False)
        self._before = signal.signal(signal.SIGTERM, lambda *_: None)
        self._wakeup = signal.set_wakeup_fd(writing, warn_on_full_buffer=False)
        threading.Thread(target=self._listen, daemon=True).start()
        return self

    def __exit__(self, kind, error, _) -> None:
        if isinstance(error, RuntimeError) and self.lost():  # a collective broke
            self._leave(1)
        signal.set_wakeup_fd(self._wakeup)
        signal.signal(signal.SIGTERM, self._before)
        if self.rank > 0 and isinstance(error, Exception):
            # Process 0 has most likely met the same error: it says so, and torchrun ends this one.
            time.sleep(GRACE)

    def lost(self) -> list[int]:
        """The processes of this machine that run no more, once there are any; waits for a second.

        A connection breaks a moment before its process is gone.
        """
        for _ in range(20):
            gone = [rank for rank, pid in self.peers.items() if not _runs(pid)]
            if gone:
                return gone
            time.sleep(0.05)
        return []

    def sentence(self, lost: list[int]) -> str:
        """Which process, the newest complete checkpoint, and the command that goes on."""
        which = " and ".join(f"process {rank} (pid {self.peers[rank]})" for rank in lost)
        kept = complete(self.out / "checkpoints")
        so_far = f"The newest complete checkpoint is {kept[-1]}." if kept else (
            "No checkpoint was complete yet: the run begins anew."
        )  # fmt: skip
        option = "" if self.parallel == "ddp" else f" --parallel {self.parallel}"
        return (
            f"lmlab: of {self.size} processes, {which} was lost (killed, or out of memory). "
            f"{so_far} Go on, with this or another number of processes: torchrun "
            f"--nproc-per-node={self.size} -m lmlab.training --out {self.out} --resume{option}"
        )

    def _listen(self) -> None:
        while signal.SIGTERM not in os.read(self._reading, 64):
            pass
        self._leave(128 + signal.SIGTERM)

    def _leave(self, status: int) -> None:
        """Say the last words, if it is on this process to say them, and end it."""
        with self._leaving:
            lost = self.lost()
            alive = [rank for rank in self.peers if rank not in lost]
            if lost and self.rank == min(alive):
                print(self.sentence(lost), file=sys.stderr, flush=True)
            if status == 1:
                time.sleep(GRACE)  # let torchrun report the one that was lost, not this one
            os._exit(status)


def _processes(size: int) -> dict[int, int]:
    """The process ids of all ranks of this machine, this one's among them."""
    host = zlib.crc32(platform.node().encode())
    mine = torch.tensor([host, os.getpid()])
    found = [torch.empty_like(mine) for _ in range(size)]
    distributed.all_gather(found, mine)
    rows = [each.tolist() for each in found]
    return {rank: pid for rank, (of, pid) in enumerate(rows) if of == host}


def _runs(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
