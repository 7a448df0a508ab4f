"""The settings of a training run."""

from dataclasses import dataclass
from typing import Literal, get_args, no_type_check

from lmlab.settings import Settings, require

Optimizer = Literal["muon", "adamw"]
Decay = Literal["linear", "cosine", "none"]
Precision = Literal["float32", "bfloat16"]


@no_type_check  # it checks itself, with sentences
@dataclass(frozen=True, kw_only=True)
class TrainingConfig(Settings):
    """How to train, apart from the model and the text; frozen, and the same in JSON."""

    steps: int
    """Optimiser steps; language models are trained to a budget, not until nothing changes."""
    batch_size: int = 16
    """Blocks of text in one forward pass."""
    accumulation: int = 1
    """Forward passes whose gradients are averaged before one optimiser step."""
    optimizer: Optimizer = "muon"
    """"muon" for the matrices inside the model and AdamW for the rest, or "adamw" for all."""
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
    mask_with: int | None = None
    """The token that hides others, which the model restores: BERT's objective. None: the next
    token is predicted."""
    precision: Precision = "float32"
    """What matrices are multiplied in; weights, gradients and the loss are float32 in any case."""
    compile: bool = False
    """Whether torch.compile is to make faster code of the model, which takes a minute or so."""
    seed: int = 0
    """Of the order of the text, of what is hidden in it, and of dropout."""

    def __post_init__(self) -> None:
        for name in ("steps", "batch_size", "accumulation", "evaluate_every", "checkpoint_every"):
            require(name, self, lambda x: isinstance(x, int) and x >= 1, "a whole number from 1")
        for name in ("warmup_steps", "seed"):
            require(name, self, lambda x: isinstance(x, int) and x >= 0, "a whole number from 0")
        for name in ("learning_rate", "muon_learning_rate"):
            require(name, self, lambda x: 0 < x < float("inf"), "above 0")
        require("decay_share", self, lambda x: 0 < x <= 1, "above 0 and at most 1")
        for name in ("beta1", "beta2", "weight_decay"):
            require(name, self, lambda x: 0 <= x < 1, "at least 0 and below 1")
        require("clip_norm", self, lambda x: x is None or x > 0, "above 0, or None")
        require("compile", self, lambda x: isinstance(x, bool), "True or False")
        require("mask_with", self, _is_id_or_none, "the id of a token, or None")
        for name, kind in (("optimizer", Optimizer), ("decay", Decay), ("precision", Precision)):
            choices = get_args(kind)
            require(name, self, lambda x, c=choices: x in c, " or ".join(map(repr, choices)))


def _is_id_or_none(value: object) -> bool:
    return value is None or (isinstance(value, int) and value >= 0)
