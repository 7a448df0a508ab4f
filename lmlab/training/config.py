"""The settings of a training run."""

import dataclasses
import json
from dataclasses import dataclass
from typing import Any, Literal, get_args, no_type_check

Optimizer = Literal["muon", "adamw"]
Decay = Literal["linear", "cosine", "none"]


@no_type_check  # it checks itself, with sentences
@dataclass(frozen=True, kw_only=True)
class TrainingConfig:
    """How to train, apart from the model and the text; frozen, and the same in JSON."""

    steps: int
    """Optimiser steps; language models are trained to a budget, not until nothing changes."""
    batch_size: int = 16
    """Blocks of text in one forward pass."""
    accumulation: int = 1
    """Forward passes whose gradients are averaged before one optimiser step."""
    optimizer: Optimizer = "muon"
    """"muon" for the matrices inside the blocks and AdamW for the rest, or "adamw" for all."""
    learning_rate: float = 3e-3
    """The highest learning rate of AdamW."""
    muon_learning_rate: float = 0.02
    """The highest learning rate of Muon."""
    beta1: float = 0.9
    beta2: float = 0.99
    """Memory of AdamW for gradients and for their squares."""
    weight_decay: float = 0.0
    """Share of the learning rate by which matrices shrink at each step."""
    warmup_steps: int = 20
    """Steps in which the learning rate climbs from 0."""
    decay: Decay = "linear"
    """How the learning rate falls to 0 at the last step; "none" keeps it."""
    decay_share: float = 1.0
    """The share of the run, at its end, in which it falls."""
    clip_norm: float | None = 1.0
    """Gradients longer than this are scaled down to it; None leaves them."""
    evaluate_every: int = 100
    """Steps between evaluations; one is made after the last step in any case."""
    checkpoint_every: int = 200
    """Steps between checkpoints, when there is a folder for them."""
    begin_with: int | None = None
    """The token that blocks of text begin with, such as the mark between documents; None: any."""
    seed: int = 0
    """Of the order of the text and of dropout."""

    def __post_init__(self) -> None:
        for name in ("steps", "batch_size", "accumulation", "evaluate_every", "checkpoint_every"):
            _require(name, self, lambda x: isinstance(x, int) and x >= 1, "a whole number from 1")
        for name in ("warmup_steps", "seed"):
            _require(name, self, lambda x: isinstance(x, int) and x >= 0, "a whole number from 0")
        for name in ("learning_rate", "muon_learning_rate"):
            _require(name, self, lambda x: 0 < x < float("inf"), "above 0")
        _require("decay_share", self, lambda x: 0 < x <= 1, "above 0 and at most 1")
        for name in ("beta1", "beta2", "weight_decay"):
            _require(name, self, lambda x: 0 <= x < 1, "at least 0 and below 1")
        _require("clip_norm", self, lambda x: x is None or x > 0, "above 0, or None")
        for name, kind in (("optimizer", Optimizer), ("decay", Decay)):
            choices = get_args(kind)
            _require(name, self, lambda x, c=choices: x in c, " or ".join(map(repr, choices)))

    def replace(self, **changes: Any) -> "TrainingConfig":
        """A copy with some fields changed."""
        return dataclasses.replace(self, **changes)

    def to_json(self) -> str:
        """All fields as a JSON object."""
        return json.dumps(dataclasses.asdict(self), indent=2) + "\n"

    @classmethod
    def from_json(cls, text: str) -> "TrainingConfig":
        """The inverse of `to_json`."""
        fields = json.loads(text)
        if not isinstance(fields, dict):
            raise ValueError(f"a config is a JSON object; this is {text[:40]!r}.")
        unknown = set(fields) - {field.name for field in dataclasses.fields(cls)}
        if unknown:
            raise ValueError(f"{', '.join(sorted(unknown))}: no field of {cls.__name__}.")
        if "steps" not in fields:
            raise ValueError("the config names no steps: how long is the run?")
        return cls(**fields)


def _require(name: str, config: TrainingConfig, is_right, wanted: str) -> None:
    value = getattr(config, name)
    try:
        right = is_right(value)
    except TypeError:  # not even a number
        right = False
    if not right:
        raise ValueError(f"{name}={value!r} must be {wanted}.")
