"""DP-SGD: clip the gradient of each example, add up, add noise.

Source: Abadi et al. 2016, algorithm 1 (arXiv 1607.00133). Built in chapter 8.2.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import no_type_check

import numpy as np
import torch
from jaxtyping import Float, Int
from torch import Tensor
from tqdm.auto import tqdm

from lmlab.models import GPT
from lmlab.settings import Settings, require
from lmlab.training.config import TrainingConfig
from lmlab.training.labelled import LabelledTexts
from lmlab.training.optimizers import Optimizers
from lmlab.training.privacy.accounting import epsilon_after
from lmlab.training.privacy.per_example import in_pieces, per_example_gradients
from lmlab.training.schedules import learning_rate_factor
from lmlab.training.trainer import Row

AT_ONCE = 128
"""Examples whose gradients are held at one time: each is as large as the model."""


def clip_each(
    gradients: Float[Tensor, "batch weights"], limit: int | float
) -> Float[Tensor, "batch weights"]:
    """Each row shortened to the length `limit` where it is longer; its direction stays.

    So no example moves the sum by more than `limit`, whatever it says.
    """
    lengths = gradients.norm(dim=1, keepdim=True)
    return gradients * (limit / lengths).clamp(max=1)


def noisy_gradient(
    total: Float[Tensor, " weights"],
    limit: int | float,
    noise: int | float,
    batch_size: int,
    z: Float[Tensor, " weights"],
) -> Float[Tensor, " weights"]:
    """(total + σ · limit · z) / batch_size, for the sum of clipped gradients; z is normal.

    `batch_size` is the one that was wanted, not the one that was drawn: that would tell something.
    """
    return (total + noise * limit * z) / batch_size


@no_type_check  # it checks itself, with sentences
@dataclass(frozen=True, kw_only=True)
class Privacy(Settings):
    """What DP-SGD adds to a training run."""

    clip_norm: float | None = 1.0
    """The longest gradient that one example may have; None leaves them, and then there is no ε."""
    noise: float = 1.0
    """σ: the standard deviation of the noise on the sum, in units of clip_norm."""
    delta: float = 1e-4
    """The chance that the promise of ε does not hold; less than 1 / number of examples."""

    def __post_init__(self) -> None:
        if self.clip_norm is not None:
            require("clip_norm", self, lambda limit: limit > 0, "above 0, or None")
        require("noise", self, lambda noise: noise >= 0, "0 or more")
        require("delta", self, lambda delta: 0 < delta < 1, "between 0 and 1")
        if self.clip_norm is None and self.noise:
            raise ValueError(
                f"noise={self.noise} is in units of clip_norm, which is None: give a limit, or "
                "noise=0."
            )


@dataclass
class PrivateResult:
    """What came of a private run."""

    model: GPT
    epsilon: float
    """Infinite when there was no noise."""
    history: list[Row] = field(repr=False)
    """For each step: step, examples (drawn), clipped (their share)."""


def train_privately(
    model: GPT,
    texts: LabelledTexts,
    config: TrainingConfig,
    privacy: Privacy,
    *,
    callback: Callable[[Row], None] | None = None,
    progress: bool = True,
) -> PrivateResult:
    """Train `model` in place by DP-SGD on texts, of which each counts as one example.

    `config` as for `train`, less accumulation and clip_norm; batch_size is that of an average
    batch, for each example is drawn by chance (`poisson_batches`). The optimiser sees nothing but
    the noisy gradient, so that any will do. Noise comes from PyTorch's usual generator, which is
    good enough to learn and to measure, and not to guard real secrets. It is seeded apart from the
    draw of the batches: the accountant counts on it that who is in one says nothing of the other.
    """
    texts.require_fit(model.config.context_length, model.config.vocab_size)
    torch.manual_seed(_seed_of_noise(config.seed))
    rate = min(1.0, config.batch_size / len(texts))
    optimizers, history = Optimizers(model, config), []
    batches = poisson_batches(len(texts), rate, config.seed)
    model.train()
    for step in tqdm(range(config.steps), desc="training", disable=not progress):
        rows = next(batches)
        gradient, clipped = _private_gradient(model, texts, rows, config.batch_size, privacy)
        for p, piece in zip(model.parameters(), in_pieces(gradient, model), strict=True):
            p.grad = piece
        optimizers.step(learning_rate_factor(step, config))
        history.append({"step": step + 1, "examples": len(rows), "clipped": clipped})
        if callback is not None:
            callback(history[-1])
    model.zero_grad()
    noise = 0.0 if privacy.clip_norm is None else privacy.noise
    epsilon = epsilon_after(config.steps, noise, rate, privacy.delta)
    return PrivateResult(model.eval(), epsilon, history)


def poisson_batches(n: int, rate: float, seed: int = 0) -> Iterator[Int[Tensor, " drawn"]]:
    """Endless batches of row numbers: each row is in each batch with probability `rate`.

    So their size varies. The accountant counts on it: a row that may not have been there is hidden
    better than one that surely was.
    """
    generator = torch.Generator().manual_seed(seed)
    while True:
        yield torch.nonzero(torch.rand(n, generator=generator) < rate).flatten()


def _seed_of_noise(seed: int) -> int:
    """Another seed for each seed; with that of `poisson_batches` both would read one stream."""
    (mixed,) = np.random.SeedSequence(seed).generate_state(1)
    return int(mixed)


def _private_gradient(
    model: GPT, texts: LabelledTexts, rows: Tensor, batch_size: int, privacy: Privacy
) -> tuple[Float[Tensor, " weights"], float]:
    """The noisy gradient of some rows, and the share of them that had to be clipped."""
    total = torch.zeros(sum(p.numel() for p in model.parameters()), device=model.device)
    limit, clipped = privacy.clip_norm, 0
    for part in rows.split(AT_ONCE):
        if not len(part):
            continue
        ids, _, targets = texts.batch(part.tolist())
        gradients = per_example_gradients(model, ids.to(model.device), targets.to(model.device))
        if limit is not None:
            clipped += int((gradients.norm(dim=1) > limit).sum())
            gradients = clip_each(gradients, limit)
        total += gradients.sum(dim=0)
    z = torch.randn_like(total)
    gradient = noisy_gradient(total, limit or 0.0, privacy.noise, batch_size, z)
    return gradient, clipped / max(1, len(rows))
