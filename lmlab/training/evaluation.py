"""Objectives and scores: nats per token and bits per character.

Built in chapters 2.1 and 3.2.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice

import numpy as np
from jaxtyping import Float, Int
from torch import Tensor
from torch.nn import functional as F

from lmlab.models.folders import Pretrained
from lmlab.text.batches import IGNORED, Batch, evaluation_blocks, evaluation_documents
from lmlab.text.scores import bits_per_character
from lmlab.training.distributed.sharding import own_part
from lmlab.training.distributed.world import ALONE, World
from lmlab.training.labelled import LabelledTexts
from lmlab.training.masking import MaskedBatches
from lmlab.training.pairs import Pairs


def next_token_loss(
    logits: Float[Tensor, "batch time vocab_size"],
    targets: Int[Tensor, "batch time"],
    reduction: str = "mean",
) -> Float[Tensor, ""]:
    """Cross-entropy: -log of the probability given to the token that came, in nats.

    Targets of -100 do not count. The loss of BERT is the same: there, what came is what was hidden.
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
    mask_with: int | None = None
    """The token that hides others, which are to be restored; None: the next one is predicted."""
    batch_size: int = 32

    def first(self, n_tokens: int) -> "Validation":
        """A shorter validation text, for looks in between."""
        return replace(self, tokens=self.tokens[:n_tokens])

    def batches(self, context_length: int, vocab_size: int) -> Iterator[Batch]:
        """The text as batches in which each token is a target once; of a masked text, 15 % are."""
        if self.mask_with is not None:
            return self._masked(context_length, vocab_size)
        if self.mark is None:
            return evaluation_blocks(self.tokens, context_length, self.batch_size)
        return evaluation_documents(self.tokens, context_length, self.mark, self.batch_size)

    def _masked(self, context_length: int, vocab_size: int) -> Iterator[Batch]:
        """One epoch as in training, in whole blocks: a model that looks both ways sees padding."""
        text = (self.tokens, self.batch_size, context_length, 0, self.mark)
        batches = MaskedBatches(*text, mask_id=self.mask_with, vocab_size=vocab_size)
        return islice(batches, math.ceil(batches.blocks_per_epoch / self.batch_size))


@dataclass(frozen=True)
class Score:
    """How well a model predicts a text: the lower, the better."""

    nats_per_token: float
    """For labelled texts, per label."""
    bits_per_character: float | None
    """None for labelled texts."""


def evaluate(
    model: Pretrained, validation: Validation | Pairs | LabelledTexts, world: World = ALONE
) -> Score:
    """Score `model` on the whole validation text, in blocks of its context length, or on all pairs.

    The first tokens of a block are predicted from few others, so a longer context scores better.
    With `mask_with`, the score is of the hidden tokens alone, each given what stands on both sides:
    no measure to hold against that of a model which is not shown what follows. Of the processes of
    `world`, each scores its part of every batch.
    """
    config, total, count = model.config, 0.0, 0
    with model.evaluating():
        for batch in validation.batches(config.context_length, config.vocab_size):
            batch = own_part(batch, world)
            targets = batch.targets.to(model.device)
            total += next_token_loss(batch.predict(model), targets, reduction="sum").item()
            count += int((targets != IGNORED).sum())
    total, count = world.sum(total, count)
    nats = total / count
    if validation.characters_per_token is None:
        return Score(nats, None)
    return Score(nats, bits_per_character(nats, validation.characters_per_token))
