"""Texts of different lengths in one array, and batches of them.

Used by `Pairs` and `LabelledTexts`.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any, Protocol, runtime_checkable

import numpy as np
import torch
from jaxtyping import Int
from torch import Tensor

from lmlab.text.batches import IGNORED

EVALUATED = 64
"""Rows that are scored at once."""


@runtime_checkable
class Rows(Protocol):
    """Data that is served row by row, such as `Pairs`."""

    @property
    def tokens(self) -> np.ndarray:
        """All that the rows hold, by which a resumed run knows that they are the same."""

    @property
    def n_tokens(self) -> int:
        """How many tokens there are, padding left out."""

    def __len__(self) -> int: ...

    def batch(self, rows: Sequence[int]) -> Any:
        """Some of the rows."""

    def require_fit(self, context_length: int, vocab_size: int) -> None:
        """Raise ValueError when a text is too long or a token unknown for a model of this size."""


class RowBatches:
    """An endless iterator over shuffled rows, exact to resume.

    Each epoch holds every row once, in an order of its own. What comes next depends on nothing but
    (`seed`, `position`).
    """

    def __init__(self, data: Rows, batch_size: int, seed: int = 0):
        self.data, self.batch_size, self.seed = data, batch_size, seed
        self.position = 0
        """Batches served so far."""
        self.tokens_per_batch = round(batch_size * data.n_tokens / len(data))
        """On average."""
        self.rows = range(batch_size)
        """Which rows of each batch are served; of several processes, each reads rows of its own."""

    @property
    def tokens(self) -> np.ndarray:
        """Those of the data."""
        return self.data.tokens

    def __iter__(self) -> "RowBatches":
        return self

    def __next__(self) -> Any:
        first = self.position * self.batch_size
        rows = [self._row(first + row) for row in self.rows]
        self.position += 1
        return self.data.batch(rows)

    def seek(self, position: int) -> None:
        """Go on as if exactly `position` batches had been served."""
        self.position = position

    def _row(self, number: int) -> int:
        epoch, place = divmod(number, len(self.data))
        return int(_order(len(self.data), self.seed, epoch)[place])


def padded(rows: Sequence[Sequence[int]]) -> np.ndarray:
    """The rows in one array, filled up on the right with -100."""
    array = np.full((len(rows), max(map(len, rows))), IGNORED, dtype=np.int32)
    for i, row in enumerate(rows):
        array[i, : len(row)] = row
    return array


def width(rows: np.ndarray) -> int:
    """The tokens of the longest row."""
    return int((rows != IGNORED).sum(axis=1).max())


def as_tensor(rows: np.ndarray) -> Int[Tensor, "batch time"]:
    """The rows without columns of padding alone."""
    return torch.from_numpy(rows[:, : width(rows)].astype(np.int64))


def require_fit(longest: int, largest: int, context_length: int, vocab_size: int) -> None:
    """Raise ValueError when a text is too long or a token unknown for a model of this size."""
    if longest > context_length:
        raise ValueError(
            f"the longest text has {longest} tokens, marks included, and context_length="
            f"{context_length}: leave longer texts out, or read more at once."
        )
    if largest >= vocab_size:
        raise ValueError(
            f"token id {largest} is outside 0…{vocab_size - 1}, the vocabulary of this model: "
            "were the texts encoded by the model's own tokenizer?"
        )


@lru_cache(maxsize=2)  # a batch may hold the end of one epoch and the beginning of the next
def _order(n_rows: int, seed: int, epoch: int) -> np.ndarray:
    return np.random.default_rng((seed, epoch)).permutation(n_rows)
