"""Training on pairs: a source, and the target that a model is to write from it.

Built in chapter 2.3.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from jaxtyping import Bool, Float, Int
from torch import Tensor

from lmlab.text.batches import IGNORED
from lmlab.training.rows import EVALUATED, as_tensor, padded, require_fit, width


def shift_right(labels: Int[Tensor, "*batch time"], begin_id: int) -> Int[Tensor, "*batch time"]:
    """What a decoder reads while it learns to write `labels`: begin_id, then all but the last.

    So at each position it has read the true tokens before the one it is to predict, whatever it
    would have written itself: teacher forcing. Where labels are -100, padding that the loss
    ignores, the input is 0: some token, which nothing depends on.
    Source: Williams & Zipser 1989; Vaswani et al. 2017, figure 1, "outputs (shifted right)".
    """
    inputs = labels.roll(1, dims=-1)
    inputs[..., 0] = begin_id
    return inputs.masked_fill(inputs == IGNORED, 0)


class PairBatch(NamedTuple):
    """Sources, what the decoder reads (`shift_right`), and what it is to write."""

    source_ids: Int[Tensor, "batch source"]
    source_mask: Bool[Tensor, "batch source"]
    inputs: Int[Tensor, "batch target"]
    targets: Int[Tensor, "batch target"]

    def predict(self, model: Callable[..., Tensor]) -> Float[Tensor, "batch target vocab_size"]:
        """The model's logits of `targets`."""
        source_ids, source_mask, inputs = (t.to(model.device) for t in self[:3])
        return model(source_ids, inputs, source_mask=source_mask)


@dataclass(frozen=True, eq=False)
class Pairs:
    """Sources and labels, row by row, filled up on the right with -100; see `Pairs.of`.

    Data for `train`, and held-out data for `train` and `evaluate`.
    """

    sources: np.ndarray
    """(n_pairs, source): ids."""
    labels: np.ndarray
    """(n_pairs, target): the ids of each target and the end, which the model has to write too."""
    begin_id: int
    """The token that the decoder reads first."""
    characters_per_token: float = 1.0
    """How many characters of a target one label carries on average, for scores in bits."""

    @classmethod
    def of(
        cls,
        sources: Sequence[Sequence[int]],
        targets: Sequence[Sequence[int]],
        *,
        begin_id: int,
        end_id: int,
    ) -> "Pairs":
        """Pairs of texts of any lengths, as ids; the end is put after each target."""
        if len(sources) != len(targets) or not len(sources):
            raise ValueError(
                f"{len(sources)} sources and {len(targets)} targets were given; a target is needed "
                "for each source, and at least one pair."
            )
        empty = next((i for i, source in enumerate(sources) if not len(source)), None)
        if empty is not None:
            raise ValueError(f"source {empty} has no token: leave that pair out.")
        labels = padded([[*target, end_id] for target in targets])
        return cls(padded(sources), labels, begin_id)

    def __len__(self) -> int:
        return len(self.sources)

    @property
    def tokens(self) -> np.ndarray:
        """All ids in one row, by which a resumed run knows that the pairs are the same."""
        return np.concatenate(([self.begin_id], self.sources.ravel(), self.labels.ravel()))

    @property
    def n_tokens(self) -> int:
        """How many tokens both sides have, padding left out."""
        return int(sum((side != IGNORED).sum() for side in (self.sources, self.labels)))

    def batch(self, rows: Sequence[int]) -> PairBatch:
        """Some of the pairs, as wide as the longest of them."""
        source_ids, labels = (as_tensor(side[rows]) for side in (self.sources, self.labels))
        source_mask = source_ids != IGNORED
        source_ids = source_ids.masked_fill(~source_mask, 0)
        return PairBatch(source_ids, source_mask, shift_right(labels, self.begin_id), labels)

    def batches(self, context_length: int, vocab_size: int) -> Iterator[PairBatch]:
        """All pairs in order, each once, for a model of this size."""
        self.require_fit(context_length, vocab_size)
        for first in range(0, len(self), EVALUATED):
            yield self.batch(range(first, min(first + EVALUATED, len(self))))

    def require_fit(self, context_length: int, vocab_size: int) -> None:
        """Raise ValueError when a text is too long or a token unknown for a model of this size."""
        longest, largest = (
            int(max(measure(self.sources), measure(self.labels))) for measure in (width, np.max)
        )
        require_fit(longest, largest, context_length, vocab_size)
