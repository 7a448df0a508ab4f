"""A summary as the continuation of a prompt: a GPT goes on after the story. Used in chapter 6.3."""

from collections.abc import Sequence
from pathlib import Path

from lmlab.models import GPT
from lmlab.pretrained import load
from lmlab.tasks.adapters import by_prompting
from lmlab.tasks.summarisation.recipe import LONGEST, town_summaries
from lmlab.tasks.task import Predict
from lmlab.tasks.teaching import teach
from lmlab.text.batches import IGNORED
from lmlab.text.tokenizer import Tokenizer
from lmlab.text.vocabulary import END_OF_TEXT
from lmlab.training import LabelledTexts, TrainingConfig
from lmlab.training.loop import Callback

CONTEXT = 224
"""The longest story has 153 tokens; the mark, the cue and a summary stand beside it."""
CUE = "\nIn short:"
"""What stands between a story and its summary."""
STEPS = 600
BATCH = 16


def prompt(story: str) -> str:
    """What the GPT reads, before it goes on with the summary."""
    return END_OF_TEXT + story + CUE


def continuation_row(
    prompt: Sequence[int], answer: Sequence[int], end_id: int
) -> tuple[list[int], list[int]]:
    """Ids to read, and for each the token that is to follow it: only the answer and its end count.

    Where the next token belongs to the prompt, the label is -100, which the loss leaves out.
    """
    row = [*prompt, *answer, end_id]
    unjudged = len(prompt) - 1
    return row[:-1], [IGNORED] * unjudged + row[unjudged + 1 :]


def continuation_rows(tokenizer: Tokenizer, pairs: Sequence[tuple[str, str]]) -> LabelledTexts:
    """Stories with their summaries, for `train` with a GPT: the loss is that of the summaries."""
    rows = [
        continuation_row(
            tokenizer.encode(prompt(story), allow_special=True),
            tokenizer.encode(" " + summary),
            tokenizer.eos_id,
        )
        for story, summary in pairs
    ]
    return LabelledTexts.of(*map(list, zip(*rows, strict=True)))


def new_continuer() -> tuple[GPT, Tokenizer]:
    """town-gpt, which tells stories, with room for a story and its summary; and its tokenizer."""
    gpt, tokenizer = load("town-gpt")
    config = gpt.config.replace(context_length=CONTEXT)  # RoPE has no weight for any position
    return GPT.from_weights(config, gpt.weights(), Path("town-gpt")), tokenizer


def continuation_plan(steps: int = STEPS, seed: int = 0) -> TrainingConfig:
    """The settings of `train_continuer`."""
    return TrainingConfig(
        steps=steps,
        batch_size=BATCH,
        learning_rate=2e-3,
        muon_learning_rate=0.01,
        decay_share=0.7,
        evaluate_every=200,
        checkpoint_every=200,
        seed=seed,
    )


def train_continuer(
    out: str | Path, *, steps: int = STEPS, seed: int = 0, callbacks: Sequence[Callback] = ()
) -> GPT:
    """Teach town-gpt to go on with a summary, all its weights; `out` becomes its folder.

    An interrupted run goes on where it stopped. It is not shipped; the card of town-summariser
    tells how it did.
    """
    model, tokenizer = new_continuer()
    config = continuation_plan(steps, seed)
    teach(
        model,
        continuation_rows(tokenizer, town_summaries("train", steps * BATCH)),
        config,
        out,
        tokenizer,
        validation=continuation_rows(tokenizer, town_summaries("validation", 100)),
        callbacks=callbacks,
    )
    return model


def by_continuing(model: GPT, tokenizer: Tokenizer) -> Predict:
    """The GPT as `evaluate` wants it: it reads the `prompt` of each story, and goes on."""
    return by_prompting(model, tokenizer, prompt, str.strip, max_new_tokens=LONGEST)
