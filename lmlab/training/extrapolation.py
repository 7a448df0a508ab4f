"""Extrapolation: how a GPT reads on where its training texts ended, with each kind of positions.

Built in chapter 2.3.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import get_args

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor
from torch.nn import functional as F

from lmlab.models import GPT, TransformerConfig
from lmlab.models.config import Positions
from lmlab.training.config import TrainingConfig
from lmlab.training.loop import train
from lmlab.training.texts import EncodedCorpus

KINDS = get_args(Positions)
FACTOR = 4
"""How many times longer the texts are than those of training."""
BLOCKS = 256
"""Texts that a model is scored on; they overlap where the held-out text is short."""


@dataclass(frozen=True)
class Extrapolation:
    """Loss of one kind of positions, within the length of the training texts and behind it."""

    positions: str
    seed: int
    within: float
    """Nats per token at positions that were trained."""
    to_double: float
    """From there to twice the length."""
    beyond: float
    """From there to the end."""
    by_position: Float[np.ndarray, " time"]


def stretched(model: GPT, context_length: int) -> GPT:
    """The same weights in a GPT that reads longer texts.

    Learned positions have a vector for each place of training and none behind it: the new places
    get the random vectors that any model starts with. All other kinds are computed.
    """
    if context_length < model.context_length:
        raise ValueError(
            f"context_length={context_length} is shorter than the {model.context_length} of the "
            "model; cut the text instead."
        )
    longer = GPT(model.config.replace(context_length=context_length)).to(model.device)
    weights = longer.weights()
    with torch.no_grad():
        for name, weight in model.weights().items():
            weights[name][: len(weight)] = weight
    return longer


def loss_by_position(
    model: GPT, tokens: np.ndarray, blocks: int = BLOCKS
) -> Float[Tensor, " time"]:
    """Nats for the token after each position, 0 … context_length - 1, averaged over texts."""
    length = model.context_length
    starts = np.linspace(0, len(tokens) - length - 1, blocks, dtype=int)
    ids = np.stack([tokens[start : start + length + 1] for start in starts])
    ids = torch.from_numpy(ids.astype(np.int64)).to(model.device)  # (blocks, length + 1)
    with model.evaluating():
        logits = model(ids[:, :-1])
    nats = F.cross_entropy(logits.flatten(0, 1), ids[:, 1:].flatten(), reduction="none")
    return nats.view(blocks, length).mean(dim=0)


def measure_extrapolation(
    text: EncodedCorpus,
    config: TransformerConfig,
    kinds: Iterable[Positions] = KINDS,
    seeds: Iterable[int] = (0,),
    **training,
) -> list[Extrapolation]:
    """Train a GPT with each kind of positions, and read texts `FACTOR` times as long.

    `training` are settings of `TrainingConfig`, `steps` among them.
    """
    rows = []
    for kind in kinds:
        for seed in seeds:
            torch.manual_seed(seed)
            model = GPT(config.replace(positions=kind))
            plan = TrainingConfig(seed=seed, **training)
            train(model, text.train, plan, progress=False)
            longer = stretched(model, FACTOR * config.context_length)
            losses = loss_by_position(longer, text.validation.tokens)
            rows.append(_row(kind, seed, config.context_length, losses))
    return rows


def _row(kind: str, seed: int, trained: int, losses: Float[Tensor, " time"]) -> Extrapolation:
    within, to_double, beyond = (
        part.mean().item() for part in losses.tensor_split((trained, 2 * trained))
    )
    return Extrapolation(kind, seed, within, to_double, beyond, losses.numpy())
