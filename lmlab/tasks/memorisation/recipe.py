"""The models of chapter 8.2: one that read a printed book, and what becomes of it over another.

All are small enough to be trained while one waits.
"""

import copy
from collections.abc import Sequence

import torch

from lmlab.models import GPT, TransformerConfig
from lmlab.tasks.memorisation.doctors_book import DoctorsBook, as_rows, book_tokenizer
from lmlab.training import TrainingConfig, train
from lmlab.training.privacy import Privacy, PrivateResult, train_privately

CONTEXT = 40
"""Longer than any line."""
BATCH, PRIVATE_BATCH = 64, 128
RATE, PRIVATE_RATE = 6e-3, 6e-3


def book_config() -> TransformerConfig:
    """The shape of all models here: 58 thousand parameters."""
    return TransformerConfig(
        vocab_size=book_tokenizer().vocab_size,
        context_length=CONTEXT,
        d_model=48,
        n_layers=2,
        n_heads=4,
        qk_norm=True,
        output_init="zero",
    )


def public_model(book: DoctorsBook, *, seed: int = 0) -> GPT:
    """A new GPT that has read the printed book once, and nothing of the doctor's."""
    torch.manual_seed(seed)
    return train_plainly(GPT(book_config()), book.public, epochs=1, seed=seed)


def train_plainly(model: GPT, lines: Sequence[str], *, epochs: int | float, seed: int = 0) -> GPT:
    """A copy of the model that has read the lines so often, in the usual way."""
    rows = as_rows(lines, book_tokenizer())
    config = _config(len(rows), epochs, BATCH, RATE, seed, clip_norm=1.0)
    return train(copy.deepcopy(model), rows, config, progress=False).model


def train_by_dp_sgd(
    model: GPT, lines: Sequence[str], privacy: Privacy, *, epochs: int | float, seed: int = 0
) -> PrivateResult:
    """A copy of the model that has read the lines so often, by DP-SGD: a line is an example."""
    rows = as_rows(lines, book_tokenizer())
    config = _config(len(rows), epochs, PRIVATE_BATCH, PRIVATE_RATE, seed)
    return train_privately(copy.deepcopy(model), rows, config, privacy, progress=False)


def _config(
    n_rows: int, epochs: int | float, batch: int, rate: float, seed: int, **settings
) -> TrainingConfig:
    steps = max(1, round(epochs * n_rows / batch))
    return TrainingConfig(
        steps=steps,
        batch_size=batch,
        optimizer="adamw",
        learning_rate=rate,
        evaluate_every=steps,
        seed=seed,
        **settings,
    )
