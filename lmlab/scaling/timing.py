"""Time and memory of a piece of work, and the power of the length by which they grow.

Built in chapters 2.2 and 2.3.
"""

import statistics
import time
import weakref
from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import TypeVar

import numpy as np
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves

Name = TypeVar("Name", bound=Hashable)


def median_seconds(
    work: Mapping[Name, Callable[[], object]],
    repeats: int = 5,
    clock: Callable[[], float] = time.perf_counter,
) -> dict[Name, float]:
    """Median time of each piece of work, in seconds, after one run that is not counted.

    The pieces take turns, so that whatever else the machine does slows all of them alike.
    """
    if repeats < 1:
        raise ValueError(f"repeats={repeats} must be 1 or more.")
    times: dict[Name, list[float]] = {name: [] for name in work}
    for turn in range(1 + repeats):
        for name, do in work.items():
            began = clock()
            do()
            if turn:
                times[name].append(clock() - began)
    return {name: statistics.median(seconds) for name, seconds in times.items()}


def peak_bytes(work: Callable[[], object]) -> int:
    """Most bytes that the tensors made by `work` held at one time.

    Tensors that share their memory count once, and what was there before does not count. What a
    kernel needs for itself is not seen.
    """
    with _Ledger() as ledger:
        work()
    return ledger.peak


def fit_exponent(
    lengths: Sequence[int | float], values: Sequence[int | float], largest: int = 4
) -> float:
    """The p in value ≈ c · length^p: the slope of the line through the logarithms.

    Only the `largest` lengths count: at small ones, what is done once hides what grows.
    """
    if len(lengths) != len(values):
        raise ValueError(f"{len(lengths)} lengths and {len(values)} values were given; give pairs.")
    if any(number <= 0 for number in (*lengths, *values)):
        raise ValueError("the logarithm needs lengths and values above 0.")
    pairs = sorted(zip(lengths, values, strict=True))[-largest:]
    if len({length for length, _ in pairs}) < 2:
        raise ValueError("a line needs at least two different lengths.")
    slope, _ = np.polyfit(*np.log(pairs).T, deg=1)
    return float(slope)


class _Ledger(TorchDispatchMode):
    """Sees every operation, and books the memory of its results in and, when they die, out."""

    def __init__(self):
        super().__init__()
        self.now = self.peak = 0
        self._owners: dict[int, int] = {}  # how many tensors stand in a piece of memory

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        kwargs = kwargs or {}
        result = func(*args, **kwargs)
        given = {_memory(tensor) for tensor in _tensors((args, kwargs))}
        for tensor in _tensors(result):
            key = _memory(tensor)
            if key in self._owners or key not in given:
                self._book(key, tensor)
        self.peak = max(self.peak, self.now)
        return result

    def _book(self, key: int, tensor: Tensor) -> None:
        size = tensor.untyped_storage().nbytes()
        if key not in self._owners:
            self._owners[key] = 0
            self.now += size
        self._owners[key] += 1
        weakref.finalize(tensor, self._release, key, size)

    def _release(self, key: int, size: int) -> None:
        self._owners[key] -= 1
        if not self._owners[key]:
            del self._owners[key]
            self.now -= size


def _tensors(tree: object) -> list[Tensor]:
    return [leaf for leaf in tree_leaves(tree) if isinstance(leaf, Tensor)]


def _memory(tensor: Tensor) -> int:
    """Where its numbers are; the same for all views of them."""
    return tensor.untyped_storage()._cdata
