"""The landmark models as data: sizes, text and compute, each figure with its source.

The facts stand in `landmarks.toml` beside this file. Built in chapter 01.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from typing import Any, Literal

from lmlab.models.config import TransformerConfig
from lmlab.scaling.accounting import training_flops

Kind = Literal["n-gram", "feed-forward", "RNN", "encoder", "decoder", "encoder-decoder", "MoE"]


@dataclass(frozen=True, kw_only=True)
class Landmark:
    """One published model. None means: not published, or not as one number; see `note`."""

    name: str
    date: tuple[int, int]
    """Year and month of the first paper or announcement."""
    organisation: str
    kind: Kind
    """What it is built of; "MoE" is a mixture of experts, whatever the rest is."""
    source: str
    """The paper, and where in it the figures stand."""
    parameters: float | None = None
    """All of them; for an n-gram model, the n-grams that it stores."""
    active_parameters: float | None = None
    """Those that one token meets, where these are fewer."""
    tokens: float | None = None
    """Tokens (or words) seen in training, repeats counted again."""
    compute: float | None = None
    """Training FLOPs as published; `compute_source` says where."""
    compute_source: str | None = None
    context_length: int | None = None
    n_layers: int | None = None
    d_model: int | None = None
    n_heads: int | None = None
    open_weights: bool | None = None
    """Whether the weights can be downloaded; None for the years before that was asked."""
    config: Mapping[str, Any] = field(default_factory=dict)
    """The other fields of `TransformerConfig`, where our GPT can take the model's shape."""
    note: str = ""

    @property
    def year(self) -> float:
        """The date as a number: the middle of the month."""
        year, month = self.date
        return year + (month - 0.5) / 12

    @property
    def flops(self) -> float | None:
        """Training FLOPs: as published, or else 6 · parameters met by a token · tokens."""
        if self.compute is not None:
            return self.compute
        return self.computed_flops

    @property
    def computed_flops(self) -> float | None:
        """6 · parameters met by a token · tokens; None where either is unknown, or for counts."""
        if self.parameters_met is None or self.tokens is None or self.kind == "n-gram":
            return None
        return training_flops(self.parameters_met, self.tokens)

    @property
    def parameters_met(self) -> float | None:
        """The parameters that one token meets: all of them, unless fewer were published."""
        if self.active_parameters is None and self.kind != "MoE":
            return self.parameters
        return self.active_parameters

    @property
    def flops_are(self) -> Literal["published", "6ND", "unknown"]:
        """Where `flops` comes from."""
        if self.compute is not None:
            return "published"
        return "unknown" if self.computed_flops is None else "6ND"

    def transformer_config(self) -> TransformerConfig | None:
        """The shape as a config for our GPT; None where our GPT cannot take it."""
        if not self.config:
            return None
        shape = {name: getattr(self, name) for name in _SHAPE}
        return TransformerConfig(**shape, **self.config)


_SHAPE = ("context_length", "n_layers", "d_model", "n_heads")


@cache
def landmark_models() -> tuple[Landmark, ...]:
    """All landmark models, oldest first."""
    text = resources.files("lmlab.scaling").joinpath("landmarks.toml").read_text("utf-8")
    return tuple(_landmark(facts) for facts in tomllib.loads(text)["model"])


def landmark_model(name: str) -> Landmark:
    """The landmark of that name, "GPT-3" for one; the error names those there are."""
    models = {model.name: model for model in landmark_models()}
    if name not in models:
        raise ValueError(f"there is no landmark {name!r}; there are {', '.join(models)}.")
    return models[name]


def _landmark(facts: dict[str, Any]) -> Landmark:
    year, month = facts.pop("date")
    return Landmark(date=(year, month), **facts)
