"""Where the time of a computation goes, operation by operation. Built in chapter 7."""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from torch.profiler import ProfilerActivity, profile


def time_by_operation(work: Callable[[], object], repeats: int = 3) -> dict[str, float]:
    """The share of the processor's time that each of PyTorch's operations takes, largest first.

    `work` runs once before, to warm up, and then `repeats` times under PyTorch's profiler. The
    shares sum to 1; what an operation calls counts for what is called, not for the caller.
    """
    work()
    with _quiet(), profile(activities=[ProfilerActivity.CPU]) as watch:
        for _ in range(repeats):
            work()
    times = {
        event.key.removeprefix("aten::"): event.self_cpu_time_total
        for event in watch.key_averages()
        if event.self_cpu_time_total > 0
    }
    total = sum(times.values())
    shares = ((name, spent / total) for name, spent in times.items())
    return dict(sorted(shares, key=lambda pair: -pair[1]))


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep what the profiler's C++ writes straight to the error stream off the page."""
    sys.stderr.flush()
    kept, nowhere = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
    try:
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)
