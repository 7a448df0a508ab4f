"""How the shipped translators were made, and how to make them again. Used in chapter 6.1."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import torch

from lmlab.models import EncoderDecoder, TransformerConfig
from lmlab.tasks.task import SPLITS, Task
from lmlab.tasks.teaching import encode_pairs, teach
from lmlab.tasks.translation.dictionary import Dictionary, learn_dictionary
from lmlab.tasks.translation.sentences import (
    TATOEBA,
    TRANSLATION,
    TRANSLATION_BACK,
    TextPair,
    tatoeba_pairs,
    town_pairs,
    town_pairs_back,
)
from lmlab.text.bpe import BPETokenizer
from lmlab.training import TrainingConfig, TrainingResult
from lmlab.training.loop import Callback

DICTIONARY_PAIRS = 25_000
VALIDATED = 400
"""Pairs of the validation split that are scored now and then during training."""

_HAN = re.compile("([\u4e00-\u9fff])")
_TRAINING = dict(
    learning_rate=4e-3,
    muon_learning_rate=0.02,
    decay_share=0.7,
    evaluate_every=250,
    checkpoint_every=250,
)
_MODEL = dict(n_layers=2, n_heads=4, qk_norm=True, output_init="zero")


@dataclass(frozen=True)
class Recipe:
    """Sentences, and the encoder–decoder that learns to translate them."""

    source: str
    """Where the sentences come from, and on what terms."""
    task: Task
    """What it is scored on."""
    splits: Sequence[str]
    pairs: Callable[[str], Sequence[TextPair]]
    """From a split, "train" or "validation", to its pairs."""
    vocab_size: int
    model: Mapping[str, Any]
    training: TrainingConfig
    text_licence: str = "MIT"
    """Of the sentences; the weights are under the MIT licence."""

    def model_config(self, vocab_size: int) -> TransformerConfig:
        """The settings of the model for a vocabulary of this size."""
        return TransformerConfig(vocab_size=vocab_size, **_MODEL, **self.model)

    def dictionary(self) -> Dictionary:
        """The baseline: a dictionary of at most 25,000 of the pairs, evenly chosen."""
        pairs = self.pairs("train")
        return learn_dictionary(pairs[:: 1 + len(pairs) // DICTIONARY_PAIRS])


_TOWN = Recipe(
    "generated sentences of `town`, English and Chinese",
    TRANSLATION,
    SPLITS,
    town_pairs,
    vocab_size=2304,
    model=dict(d_model=96, d_ff=256, context_length=64),
    training=TrainingConfig(steps=2000, batch_size=32, **_TRAINING),
)
RECIPES = {
    "town-translator": _TOWN,
    "town-translator-back": replace(
        _TOWN,
        task=TRANSLATION_BACK,
        pairs=town_pairs_back,
        training=_TOWN.training.replace(steps=1000),
    ),
    "tatoeba-translator": Recipe(
        "short sentences of tatoeba.org by way of manythings.org/anki, English and Spanish; their "
        "authors are named in the corpus `tatoeba-en-es`",
        TATOEBA,
        ("held-out",),
        tatoeba_pairs,
        vocab_size=3072,
        model=dict(d_model=128, d_ff=384, context_length=32),
        training=TrainingConfig(steps=1500, batch_size=64, **_TRAINING),
        text_licence="CC BY 2.0 FR",
    ),
}


def train_translator(
    name: str,
    out: str | Path,
    *,
    resume: bool = False,
    callbacks: Sequence[Callback] = (),
    progress: bool = True,
) -> TrainingResult:
    """Make one of `RECIPES` again; `out` becomes a model folder, and keeps checkpoints meanwhile.

    `resume` goes on with a run that was broken off. Held-out pairs are scored on the way; the last
    figures, and all else that a card tells, are left in out/training.json.
    """
    recipe = RECIPES[name]
    pairs = recipe.pairs("train")
    tokenizer = learn_vocabulary(pairs[::6], recipe.vocab_size)
    torch.manual_seed(recipe.training.seed)
    model = EncoderDecoder(recipe.model_config(tokenizer.vocab_size))
    return teach(
        model,
        encode_pairs(pairs, tokenizer),
        recipe.training,
        out,
        tokenizer,
        validation=encode_pairs(recipe.pairs("validation")[:VALIDATED], tokenizer),
        resume=resume,
        callbacks=callbacks,
        progress=progress,
        told={"recipe": name, "pairs": len(pairs), "model": asdict(model.config)},
    )


def learn_vocabulary(pairs: Iterable[TextPair], vocab_size: int) -> BPETokenizer:
    """One vocabulary for both languages, in which a Chinese character is one token.

    Chinese writes no spaces, so BPE takes a whole clause for one piece, and glues together what
    happens to stand side by side. Here it is shown the characters one by one: no merge leaves one.
    (Rare characters are left as two or three bytes.)
    """
    parts = (part for pair in pairs for side in pair for part in _HAN.split(side) if part)
    return BPETokenizer.train(parts, vocab_size, progress=False)
