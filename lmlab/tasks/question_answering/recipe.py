"""How the shipped reader of town stories is trained. Used in chapter 6.2."""

from collections.abc import Sequence
from pathlib import Path

import torch

from lmlab.models import BERT, SpanReader
from lmlab.pretrained import load
from lmlab.tasks.question_answering.reading import span_rows
from lmlab.tasks.question_answering.stories import town_questions
from lmlab.tasks.teaching import teach
from lmlab.text.tokenizer import Tokenizer
from lmlab.training import TrainingConfig
from lmlab.training.loop import Callback

CONTEXT = 192
"""The longest story of the town has 153 tokens, the longest question about a dozen."""
STEPS = 2000
BATCH = 16


def new_reader(seed: int = 0) -> tuple[SpanReader, Tokenizer]:
    """The body of town-bert under a head that knows nothing yet, and its tokenizer.

    The body was trained on 64 tokens at a time. RoPE has no weight for any position, so there is
    room for a whole story by saying so; to use it is learned with the questions.
    """
    bert, tokenizer = load("town-bert")
    config = bert.config.replace(context_length=CONTEXT)
    roomy = BERT.from_weights(config, bert.weights(), Path("town-bert"))
    torch.manual_seed(seed)
    return SpanReader.on(roomy), tokenizer


def train_reader(
    out: str | Path, *, steps: int = STEPS, seed: int = 0, callbacks: Sequence[Callback] = ()
) -> SpanReader:
    """Train a reader on questions about stories that it sees once; `out` becomes its folder.

    Two questions of different kinds are asked about each story. An interrupted run goes on where it
    stopped. The shipped one, town-reader, was `train_reader(out)` on one thread when the questions
    were not yet drawn apart from the plots; its card says so.
    """
    model, tokenizer = new_reader(seed)
    questions = town_questions("train", steps * BATCH // 2 + 100, each=2)
    held_out = town_questions("validation", 200)
    config = TrainingConfig(
        steps=steps,
        batch_size=BATCH,
        muon_learning_rate=0.01,
        learning_rate=2e-3,
        decay_share=0.7,
        evaluate_every=250,
        checkpoint_every=250,
        seed=seed,
    )
    teach(
        model,
        span_rows(tokenizer, questions, CONTEXT),
        config,
        out,
        tokenizer,
        validation=span_rows(tokenizer, held_out, CONTEXT),
        callbacks=callbacks,
    )
    return model
