"""Recipes: a model, a tokenizer and the way to train them, under one name."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any, Literal

from lmlab.models import TransformerConfig
from lmlab.training.config import TrainingConfig


@dataclass(frozen=True)
class Preset:
    """Settings of `TransformerConfig` (less vocab_size) and `TrainingConfig` (less steps)."""

    description: str
    model: Mapping[str, Any]
    training: Mapping[str, Any]
    corpus: str = "python-reference"
    corpus_options: Mapping[str, Any] = field(default_factory=dict)
    """The corpus it was made for, and how to load that one."""
    tokenizer: Literal["char", "byte", "bpe"] = "char"
    vocab_size: int | None = None
    """For "bpe": how many tokens to learn."""
    whole_documents: bool = False
    """Blocks begin where documents do: for texts that fit into the context."""
    steps: int = 2000
    """When neither steps nor seconds are asked for."""
    dtype: Literal["float32", "float16"] = "float32"
    """In which the finished weights are stored."""

    def model_config(self, vocab_size: int) -> TransformerConfig:
        """The model for a vocabulary of this size."""
        return TransformerConfig(vocab_size=vocab_size, **self.model)

    def training_config(self, steps: int, **changes: Any) -> TrainingConfig:
        """The training settings for this many steps."""
        return TrainingConfig(steps=steps, **{**self.training, **changes})


_SIZE = {"d_model": 128, "n_layers": 4, "n_heads": 4, "context_length": 64}

PRESETS: dict[str, Preset] = {
    "tiny": Preset(
        "a character model that learns real text in a minute",
        model=dict(
            d_model=128,
            n_layers=4,
            n_heads=4,
            context_length=128,
            qk_norm=True,
            output_init="zero",
        ),
        training=dict(batch_size=8, muon_learning_rate=0.02, learning_rate=4e-3),
    ),
    "town": Preset(
        "the shipped teller of town stories",
        model=dict(
            d_model=128,
            n_layers=4,
            n_heads=4,
            context_length=160,  # the longest story has 153 tokens, the marks counted in
            qk_norm=True,
            output_init="zero",
        ),
        training=dict(
            batch_size=16,
            muon_learning_rate=0.02,
            learning_rate=4e-3,
            decay_share=0.7,
            evaluate_every=500,
            checkpoint_every=500,
        ),
        corpus="town",
        corpus_options=dict(documents=200_000),  # more than are read: no story comes twice
        tokenizer="bpe",
        vocab_size=1536,  # nearly every word of the town is one token
        whole_documents=True,
        steps=9_000,
        dtype="float16",
    ),
    "plain": Preset(
        "the plain recipe: LayerNorm, GELU, learned positions, AdamW with one learning rate",
        model=dict(
            **_SIZE,
            norm="layernorm",
            positions="learned",
            activation="gelu",
            bias=True,
        ),
        training=dict(
            batch_size=12,
            optimizer="adamw",
            learning_rate=1e-3,
            beta2=0.999,
            weight_decay=0.01,
            warmup_steps=0,
            decay="none",
            clip_norm=None,
        ),
    ),
    "fast": Preset(
        "the same size, to the same loss in a fraction of the time",
        model=dict(**_SIZE, qk_norm=True, output_init="zero"),
        training=dict(batch_size=12, muon_learning_rate=0.02, learning_rate=4e-3),
    ),
}


def preset(name: str) -> Preset:
    """The recipe of this name."""
    if name not in PRESETS:
        near = get_close_matches(name, PRESETS, n=1)
        hint = f"did you mean {near[0]!r}? " if near else ""
        raise ValueError(f"there is no preset {name!r}; {hint}there are {', '.join(PRESETS)}.")
    return PRESETS[name]
