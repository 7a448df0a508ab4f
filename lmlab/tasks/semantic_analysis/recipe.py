"""How the shipped labeller of roles is trained. Used in chapter 6.4."""

from collections.abc import Sequence
from pathlib import Path

import torch

from lmlab.models import TokenTagger
from lmlab.models.heads import HeadConfig
from lmlab.pretrained import load
from lmlab.tasks.semantic_analysis.labelling import TAGS, role_rows
from lmlab.tasks.semantic_analysis.sentences import town_sentences
from lmlab.tasks.teaching import teach
from lmlab.text.tokenizer import Tokenizer
from lmlab.training import TrainingConfig
from lmlab.training.loop import Callback

CONTEXT = 64
"""The longest sentence of the town has less than 40 tokens."""
STEPS = 1200
BATCH = 64


def new_labeller(seed: int = 0) -> tuple[TokenTagger, Tokenizer]:
    """A small tagger that knows nothing yet, and the tokenizer of town-bert."""
    _, tokenizer = load("town-bert")
    config = HeadConfig(
        vocab_size=tokenizer.vocab_size,
        context_length=CONTEXT,
        d_model=96,
        n_layers=3,
        n_heads=4,
        d_ff=192,
        qk_norm=True,
        output_init="zero",
        n_outputs=len(TAGS),
    )
    torch.manual_seed(seed)
    return TokenTagger(config), tokenizer


def train_labeller(
    out: str | Path, *, steps: int = STEPS, seed: int = 0, callbacks: Sequence[Callback] = ()
) -> TokenTagger:
    """Train a labeller on sentences that it sees once; `out` becomes its folder.

    An interrupted run goes on where it stopped. The shipped one, town-labeller, is
    `train_labeller(out)` on one thread.
    """
    model, tokenizer = new_labeller(seed)
    sentences = town_sentences("train", steps * BATCH // 7)  # a story has more than seven
    held_out = town_sentences("validation", 60)
    config = TrainingConfig(
        steps=steps,
        batch_size=BATCH,
        muon_learning_rate=0.02,
        learning_rate=4e-3,
        decay_share=0.7,
        evaluate_every=250,
        checkpoint_every=250,
        seed=seed,
    )
    teach(
        model,
        role_rows(tokenizer, sentences[: steps * BATCH], CONTEXT),
        config,
        out,
        tokenizer,
        validation=role_rows(tokenizer, held_out, CONTEXT),
        callbacks=callbacks,
    )
    return model
