"""The scoreboard: every kind of language model on one text, with one score.

Built in chapter 2.1.
"""

import math
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from html import escape

import numpy as np
import torch
from torch import Tensor, nn
from torch.utils.flop_counter import FlopCounterMode

from lmlab.models import LanguageModel
from lmlab.nn.taps import listen
from lmlab.text.compression import METHODS, compressed_bits_per_char
from lmlab.text.scores import bits_per_character
from lmlab.training.evaluation import Validation
from lmlab.training.texts import EncodedCorpus
from lmlab.training.trainer import Row

WRITTEN = 100
"""Tokens that a model writes to show how fast it is."""


@dataclass(frozen=True)
class Fitted:
    """A model, and what it took to get it."""

    model: LanguageModel
    seconds: float
    """Of training, or of counting."""
    tokens: int = 0
    """Read in training by gradient descent, repeats counted again; 0 for a model that counts."""
    history: Sequence[Row] = field(default=(), repr=False)


@dataclass(frozen=True)
class Standing:
    """One row of the scoreboard; None where a column has no meaning for it."""

    name: str
    bits_per_char: float
    parameters: int | None = None
    flops: float | None = None
    """Of training."""
    seconds: float | None = None
    """Of training."""
    tokens_per_second: float | None = None
    """Of writing."""


@dataclass(frozen=True, repr=False)
class Scoreboard:
    """Scores, the worst first: each row should beat the one above it."""

    standings: tuple[Standing, ...]

    def __getitem__(self, name: str) -> Standing:
        return next(score for score in self.standings if score.name == name)

    def __repr__(self) -> str:
        rows = [HEADINGS, *map(_cells, self.standings)]
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        return "\n".join(
            "  ".join(
                cell.ljust(width) if place == 0 else cell.rjust(width)
                for place, (cell, width) in enumerate(zip(row, widths, strict=True))
            ).rstrip()
            for row in rows
        )

    def _repr_html_(self) -> str:
        head = "".join(f"<th>{escape(text)}</th>" for text in HEADINGS)
        rows = (
            "".join(f"<td>{escape(text)}</td>" for text in _cells(score))
            for score in self.standings
        )
        return f"<table><tr>{head}</tr><tr>{'</tr><tr>'.join(rows)}</tr></table>"


HEADINGS = (
    "model", "bits/char", "parameters", "training FLOPs", "training time", "writes",
)  # fmt: skip


def scoreboard(models: Mapping[str, Fitted], text: EncodedCorpus) -> Scoreboard:
    """Score models on the validation split of `text`, beside blind guessing and compressors.

    The compressors are given the training split first, as the models were.
    """
    scores = [*_baselines(text), *(_score(name, each, text) for name, each in models.items())]
    return Scoreboard(tuple(sorted(scores, key=lambda score: -score.bits_per_char)))


def bits_per_char(model: LanguageModel, validation: Validation) -> float:
    """Bits that `model` needs for one character of the whole held-out text.

    It reads as it does when it writes: a GPT through a moving window, a recurrent model with the
    state that it has kept from the beginning.
    """
    ids = torch.from_numpy(validation.tokens.astype(np.int64)).to(model.device)
    nats = -model.log_prob(ids) / (len(ids) - 1)
    return bits_per_character(nats, validation.characters_per_token)


def flops_per_token(model: LanguageModel) -> float:
    """FLOPs of the matrix products for one token forward, counted on a text that fills the context.

    Source of the count: `torch.utils.flop_counter`. Backward costs twice as much again.
    """
    length = model.context_length
    ids = torch.zeros(1, length, dtype=torch.long, device=model.device)
    with model.evaluating(), listen(_Onlooker()), FlopCounterMode(display=False) as counter:
        model(ids)
    return counter.get_total_flops() / length


class _Onlooker:
    """Wants to see attention weights: so they are computed by products that can be counted."""

    def wants(self, module: nn.Module, name: str) -> bool:
        return name == "weights"

    def receive(self, module: nn.Module, name: str, value: Tensor) -> Tensor:
        return value


def writing_speed(model: LanguageModel, clock: Callable[[], float] = time.perf_counter) -> float:
    """Tokens a second when the model writes a short text."""
    begin = torch.zeros(1, 1, dtype=torch.long, device=model.device)
    model.generate(begin, 2, seed=0)  # what is set up once is not counted
    began = clock()
    model.generate(begin, WRITTEN, seed=0)
    return WRITTEN / (clock() - began)


def _score(name: str, fitted: Fitted, text: EncodedCorpus) -> Standing:
    model = fitted.model
    return Standing(
        name,
        bits_per_char(model, text.validation),
        model.num_parameters(),
        3 * flops_per_token(model) * fitted.tokens if fitted.tokens else None,
        fitted.seconds,
        writing_speed(model),
    )


def _baselines(text: EncodedCorpus) -> list[Standing]:
    uniform = math.log2(text.tokenizer.vocab_size) / text.validation.characters_per_token
    splits = ["\n\n".join(map(str, text.corpus.documents(s))) for s in ("train", "validation")]
    compressors = (
        Standing(f"{method}, compressor", compressed_bits_per_char(*splits, method))
        for method in METHODS
    )
    return [Standing("every token alike", uniform), *compressors]


def _cells(score: Standing) -> tuple[str, ...]:
    return (
        score.name,
        f"{score.bits_per_char:.3f}",
        _or_dash(score.parameters, "{:,}"),
        _or_dash(score.flops, "{:.1e}"),
        _or_dash(score.seconds, "{:.1f} s"),
        _or_dash(score.tokens_per_second, "{:,.0f} tokens/s"),
    )


def _or_dash(value: float | int | None, form: str) -> str:
    return "–" if value is None else form.format(value)
