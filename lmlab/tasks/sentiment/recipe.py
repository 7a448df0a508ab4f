"""How the shipped classifier of town stories is trained. Used in chapter 6.5."""

from collections.abc import Callable, Sequence
from pathlib import Path

import torch

from lmlab.models import HeadConfig, SequenceClassifier
from lmlab.tasks.adapters import by_classifying
from lmlab.tasks.example import Example
from lmlab.tasks.sentiment.stories import LABELS, town_endings
from lmlab.tasks.task import Predict
from lmlab.tasks.teaching import teach
from lmlab.text.bpe import BPETokenizer
from lmlab.text.tokenizer import Tokenizer
from lmlab.training import LabelledTexts, TrainingConfig, TrainingResult
from lmlab.training.loop import Callback

CONTEXT = 192
STEPS = 1500
BATCH = 24
VOCABULARY = 1280
SHAPE = dict(d_model=64, d_ff=192, n_layers=3, n_heads=4, qk_norm=True, output_init="zero")


def story_ids(tokenizer: Tokenizer) -> Callable[[str], list[int]]:
    """From a story to its ids; a name at its very beginning is the same token as further on."""
    return lambda text: tokenizer.encode(f" {text.strip()}") if text.strip() else []


def story_rows(tokenizer: Tokenizer, examples: Sequence[Example]) -> LabelledTexts:
    """Stories and their classes, to train a `SequenceClassifier` on."""
    encode = story_ids(tokenizer)
    return LabelledTexts.of(
        [encode(each.input) for each in examples], [LABELS.index(each.wanted) for each in examples]
    )


def by_feeling(model: SequenceClassifier, tokenizer: Tokenizer) -> Predict:
    """The model as `evaluate` wants it: stories to {label: probability}."""
    return by_classifying(model, story_ids(tokenizer), LABELS)


def new_classifier(vocab_size: int, seed: int = 0) -> SequenceClassifier:
    """A small Transformer that reads both ways and knows nothing yet."""
    torch.manual_seed(seed)
    shape = HeadConfig(
        n_outputs=len(LABELS), vocab_size=vocab_size, context_length=CONTEXT, **SHAPE
    )
    return SequenceClassifier(shape)


def learn_vocabulary(examples: Sequence[Example]) -> BPETokenizer:
    """Tokens for the stories; nearly every word of the town is one."""
    texts = [f" {each.input}" for each in examples]
    return BPETokenizer.train(texts, VOCABULARY, engine="tokenizers", progress=False)


def train_classifier(
    out: str | Path, *, steps: int = STEPS, seed: int = 0, callbacks: Sequence[Callback] = ()
) -> TrainingResult:
    """Train a classifier on stories that it sees once; `out` becomes its folder.

    An interrupted run goes on where it stopped. The shipped one, town-feelings, is
    `train_classifier(out)` on one thread.
    """
    lessons = town_endings("train", steps * BATCH)
    tokenizer = learn_vocabulary(lessons[:3000])
    model = new_classifier(tokenizer.vocab_size, seed)
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
    return teach(
        model,
        story_rows(tokenizer, lessons),
        config,
        out,
        tokenizer,
        validation=story_rows(tokenizer, town_endings("validation", 400)),
        callbacks=callbacks,
    )
