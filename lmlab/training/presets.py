"""Recipes: a model, a tokenizer and the way to train them, under one name."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any, Literal

from lmlab.models import BERT, GPT, NeuralNGram, Pretrained, RecurrentLM
from lmlab.settings import Settings
from lmlab.text.vocabulary import END_OF_TEXT, MASK
from lmlab.training.config import TrainingConfig


@dataclass(frozen=True)
class Preset:
    """A kind of model, its settings (less vocab_size), those of `TrainingConfig` (less steps)."""

    description: str
    model: Mapping[str, Any]
    training: Mapping[str, Any]
    architecture: type[Pretrained] = GPT
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

    def model_config(self, vocab_size: int) -> Settings:
        """The settings of the model for a vocabulary of this size."""
        return self.architecture.Config(vocab_size=vocab_size, **self.model)

    @property
    def is_masked(self) -> bool:
        """Whether the model restores hidden tokens instead of predicting the next."""
        return issubclass(self.architecture, BERT)

    @property
    def special_tokens(self) -> tuple[str, ...]:
        """The special tokens that its tokenizer needs."""
        return (END_OF_TEXT, MASK) if self.is_masked else (END_OF_TEXT,)

    def training_config(self, steps: int, **changes: Any) -> TrainingConfig:
        """The training settings for this many steps."""
        return TrainingConfig(steps=steps, **{**self.training, **changes})


_SIZE = {"d_model": 128, "n_layers": 4, "n_heads": 4, "context_length": 64}
_RECURRENT = {"batch_size": 16, "optimizer": "adamw", "learning_rate": 1e-2}

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
    "town-bert": Preset(
        "the shipped filler of gaps in town stories",
        architecture=BERT,
        model=dict(
            d_model=128,
            n_layers=3,
            n_heads=4,
            context_length=64,
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
        corpus_options=dict(documents=100_000),
        tokenizer="bpe",
        vocab_size=1536,
        steps=4000,
        dtype="float16",
    ),
    "neural-ngram": Preset(
        "a neural n-gram, for the ladder of chapter 2.1",
        architecture=NeuralNGram,
        model=dict(order=8, d_embed=32, d_hidden=384, context_length=64),
        training=dict(_RECURRENT, batch_size=16),
    ),
    "rnn": Preset(
        "a plain recurrent network, likewise",
        architecture=RecurrentLM,
        model=dict(cell="rnn", d_model=320, context_length=32),
        training=dict(_RECURRENT, learning_rate=8e-3),
    ),
    "lstm": Preset(
        "an LSTM, likewise",
        architecture=RecurrentLM,
        model=dict(cell="lstm", d_model=160, context_length=32),
        training=dict(_RECURRENT, optimizer="muon", muon_learning_rate=0.08),
    ),
    "gru": Preset(
        "a GRU, likewise",
        architecture=RecurrentLM,
        model=dict(cell="gru", d_model=192, context_length=32),
        training=dict(_RECURRENT, optimizer="muon", muon_learning_rate=0.03),
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
        steps=320,  # decayed to zero by then, it is past where `plain` is after 2,000
    ),
}


def preset(name: str) -> Preset:
    """The recipe of this name."""
    if name not in PRESETS:
        near = get_close_matches(name, PRESETS, n=1)
        hint = f"did you mean {near[0]!r}? " if near else ""
        raise ValueError(f"there is no preset {name!r}; {hint}there are {', '.join(PRESETS)}.")
    return PRESETS[name]
