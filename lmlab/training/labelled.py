"""Training on labelled texts: a class for each, a tag for each token, or a span.

Used in chapter 6.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal, NamedTuple

import numpy as np
import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor

from lmlab.text.batches import IGNORED
from lmlab.training.rows import EVALUATED, as_tensor, padded, require_fit, width

Target = int | Sequence[int]


class LabelledBatch(NamedTuple):
    """Texts, which of their tokens are real, and what is to be said of them."""

    ids: Int[Tensor, "batch time"]
    mask: Bool[Tensor, "batch time"]
    targets: Int[Tensor, "batch target"]

    def predict(self, model: Callable[..., Tensor]) -> Float[Tensor, "batch target outputs"]:
        """The model's logits of `targets`: of one class, of each token's tag, of start and end."""
        logits = model(self.ids.to(model.device), attention_mask=self.mask.to(model.device))
        return logits[:, None] if logits.ndim == 2 else logits


@dataclass(frozen=True, eq=False)
class LabelledTexts:
    """Texts and their labels, row by row, filled up on the right with -100; see `of`.

    Data for `train` and `evaluate`: for a `SequenceClassifier`, `TokenTagger` or `SpanReader`.
    """

    texts: np.ndarray
    """(n_texts, time): ids."""
    labels: np.ndarray
    """(n_texts, target): a class; or a tag for each token; or the first and last token."""
    kind: Literal["class", "tags", "span"]
    characters_per_token: ClassVar[None] = None
    """There are none to speak of: a score is in nats for a label."""

    @classmethod
    def of(cls, texts: Sequence[Sequence[int]], targets: Sequence[Target]) -> "LabelledTexts":
        """Texts of any lengths, as ids, each with its target.

        A class is a number; tags are a list as long as the text, with -100 where no tag is judged;
        a span is the pair of its first and its last token, counted from 0.
        """
        if len(texts) != len(targets) or not len(texts):
            raise ValueError(
                f"{len(texts)} texts and {len(targets)} targets were given; a target is needed for "
                "each text, and at least one text."
            )
        empty = next((i for i, text in enumerate(texts) if not len(text)), None)
        if empty is not None:
            raise ValueError(f"text {empty} has no token: leave it out.")
        rows = [[each] if isinstance(each, int | np.integer) else list(each) for each in targets]
        return cls(padded(texts), padded(rows), _kind(texts, targets))

    def __len__(self) -> int:
        return len(self.texts)

    @property
    def tokens(self) -> np.ndarray:
        """All ids and labels in one row, by which a resumed run knows that they are the same."""
        return np.concatenate((self.texts.ravel(), self.labels.ravel()))

    @property
    def n_tokens(self) -> int:
        """How many tokens the texts have, padding left out."""
        return int((self.texts != IGNORED).sum())

    def batch(self, rows: Sequence[int]) -> LabelledBatch:
        """Some of the texts, as wide as the longest of them."""
        ids = as_tensor(self.texts[rows])
        labels = self.labels[rows, : ids.size(1)] if self.kind == "tags" else self.labels[rows]
        mask = ids != IGNORED
        return LabelledBatch(
            ids.masked_fill(~mask, 0), mask, torch.from_numpy(labels.astype(np.int64))
        )

    def batches(self, context_length: int, vocab_size: int) -> Iterator[LabelledBatch]:
        """All texts in order, each once, for a model of this size."""
        self.require_fit(context_length, vocab_size)
        for first in range(0, len(self), EVALUATED):
            yield self.batch(range(first, min(first + EVALUATED, len(self))))

    def require_fit(self, context_length: int, vocab_size: int) -> None:
        """Raise ValueError when a text is too long or a token unknown for a model of this size."""
        require_fit(width(self.texts), int(self.texts.max()), context_length, vocab_size)

    def require_outputs(self, n_outputs: int) -> None:
        """Raise ValueError when a class or tag is beyond those of a head."""
        largest = int(self.labels.max())
        if self.kind != "span" and largest >= n_outputs:
            raise ValueError(
                f"label {largest} is outside 0…{n_outputs - 1}, what the head can say: make the "
                "model with a larger n_outputs."
            )


def _kind(
    texts: Sequence[Sequence[int]], targets: Sequence[Target]
) -> Literal["class", "tags", "span"]:
    """What the targets are; ValueError when they are nothing of the three."""
    if all(isinstance(target, int | np.integer) for target in targets):
        return "class"
    pairs = list(zip(texts, targets, strict=True))
    if all(len(target) == len(text) for text, target in pairs):
        return "tags"
    wrong = next((i for i, pair in enumerate(pairs) if not _is_span(*pair)), None)
    if wrong is None:
        return "span"
    raise ValueError(
        f"target {wrong} is {targets[wrong]} for a text of {len(texts[wrong])} tokens; wanted is a "
        "class, as many tags as tokens, or the places of a first and a last token in the text."
    )


def _is_span(text: Sequence[int], target: Sequence[int]) -> bool:
    return len(target) == 2 and 0 <= target[0] <= target[1] < len(text)
