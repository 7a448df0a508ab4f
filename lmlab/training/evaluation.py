"""Objectives and scores: nats per token and bits per character.

Built in chapters 2.1 and 3.2.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Float, Int
from torch import Tensor
from torch.nn import functional as F

from lmlab.models.folders import Pretrained
from lmlab.text.batches import IGNORED, Batch, evaluation_blocks, evaluation_documents


def next_token_loss(
    logits: Float[Tensor, "batch time vocab_size"],
    targets: Int[Tensor, "batch time"],
    reduction: str = "mean",
) -> Float[Tensor, ""]:
    """Cross-entropy: -log of the probability given to the token that came, in nats.

    Targets of -100 do not count.
    """
    return F.cross_entropy(
        logits.flatten(0, 1), targets.flatten(), reduction=reduction, ignore_index=IGNORED
    )


@dataclass(frozen=True)
class Validation:
    """Held-out tokens, and how many characters one of them carries on average."""

    tokens: np.ndarray
    characters_per_token: float = 1.0
    mark: int | None = None
    """The mark between documents: then each is read by itself; None: one text in blocks."""
    batch_size: int = 32

    def first(self, n_tokens: int) -> "Validation":
        """A shorter validation text, for looks in between."""
        return replace(self, tokens=self.tokens[:n_tokens])

    def batches(self, context_length: int) -> Iterator[Batch]:
        """The text as batches in which each token is a target once."""
        if self.mark is None:
            return evaluation_blocks(self.tokens, context_length, self.batch_size)
        return evaluation_documents(self.tokens, context_length, self.mark, self.batch_size)


@dataclass(frozen=True)
class Score:
    """How well a model predicts a text: the lower, the better."""

    nats_per_token: float
    bits_per_character: float


def evaluate(model: Pretrained, validation: Validation) -> Score:
    """Score `model` on the whole validation text, in blocks of its context length.

    The first tokens of a block are predicted from few others, so a longer context scores better.
    """
    total, count = 0.0, 0
    with model.evaluating():
        for batch in validation.batches(model.config.context_length):
            targets = batch.targets.to(model.device)
            logits = model(batch.inputs.to(model.device))
            total += next_token_loss(logits, targets, reduction="sum").item()
            count += int((targets != IGNORED).sum())
    nats = total / count
    return Score(nats, nats / math.log(2) / validation.characters_per_token)
