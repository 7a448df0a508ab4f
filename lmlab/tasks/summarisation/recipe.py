"""How the shipped summariser is trained. Used in chapter 6.3."""

from collections.abc import Sequence
from pathlib import Path

import torch

from lmlab.models import EncoderDecoder, TransformerConfig
from lmlab.pretrained import load
from lmlab.tasks.task import town_stories
from lmlab.tasks.teaching import encode_pairs, teach
from lmlab.text.tokenizer import Tokenizer
from lmlab.training import TrainingConfig
from lmlab.training.loop import Callback

CONTEXT = 192
"""The longest story of the town has 153 tokens."""
LONGEST = 48
"""Tokens that a summary may have; none of the town's has more than 31."""
STEPS = 2400
BATCH = 24


def new_summariser(seed: int = 0) -> tuple[EncoderDecoder, Tokenizer]:
    """An encoder–decoder that knows nothing yet, and the tokenizer of town-gpt."""
    _, tokenizer = load("town-gpt")
    torch.manual_seed(seed)
    config = TransformerConfig(
        vocab_size=tokenizer.vocab_size,
        context_length=CONTEXT,
        d_model=96,
        d_ff=192,
        n_layers=2,
        n_heads=4,
        qk_norm=True,
        output_init="zero",
    )
    return EncoderDecoder(config), tokenizer


def town_summaries(split: str, n: int) -> list[tuple[str, str]]:
    """n stories of a split, each with its summary, the same each time."""
    return [(story.english, story.summary) for story in town_stories(split, n)]


def plan(steps: int = STEPS, seed: int = 0) -> TrainingConfig:
    """The settings of `train_summariser`."""
    return TrainingConfig(
        steps=steps,
        batch_size=BATCH,
        learning_rate=4e-3,
        muon_learning_rate=0.02,
        decay_share=0.7,
        evaluate_every=250,
        checkpoint_every=250,
        seed=seed,
    )


def train_summariser(
    out: str | Path, *, steps: int = STEPS, seed: int = 0, callbacks: Sequence[Callback] = ()
) -> EncoderDecoder:
    """Train a summariser on stories that it sees once; `out` becomes its folder.

    An interrupted run goes on where it stopped. The shipped one, town-summariser, is
    `train_summariser(out)` on one thread.
    """
    model, tokenizer = new_summariser(seed)
    config = plan(steps, seed)
    teach(
        model,
        encode_pairs(town_summaries("train", steps * BATCH), tokenizer),
        config,
        out,
        tokenizer,
        validation=encode_pairs(town_summaries("validation", 200), tokenizer),
        callbacks=callbacks,
    )
    return model
