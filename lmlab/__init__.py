"""lmlab: build every part of a language model, and look inside it while it works.

The names below are the learner's whole vocabulary. Each is found when it is first used, so that
`import lmlab` costs next to nothing.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lmlab import scaling as scaling
    from lmlab import viz as viz
    from lmlab.course import check, hint, ledger, paper, predict, progress, quiz, solution
    from lmlab.interpret import record, xray
    from lmlab.models import (
        BERT,
        GPT,
        EncoderDecoder,
        NeuralNGram,
        NGram,
        RecurrentLM,
        TransformerConfig,
    )
    from lmlab.pretrained import load
    from lmlab.text import corpora as corpora
    from lmlab.text import town as town
    from lmlab.training import Pairs, TrainingConfig, train

__version__ = "0.1.0"

_HOMES = {
    "BERT": "lmlab.models",
    "EncoderDecoder": "lmlab.models",
    "GPT": "lmlab.models",
    "LabelledTexts": "lmlab.training",
    "NGram": "lmlab.models",
    "NeuralNGram": "lmlab.models",
    "Pairs": "lmlab.training",
    "RecurrentLM": "lmlab.models",
    "TrainingConfig": "lmlab.training",
    "TransformerConfig": "lmlab.models",
    "check": "lmlab.course",
    "corpora": "lmlab.text",
    "hint": "lmlab.course",
    "ledger": "lmlab.course",
    "load": "lmlab.pretrained",
    "paper": "lmlab.course",
    "predict": "lmlab.course",
    "progress": "lmlab.course",
    "quiz": "lmlab.course",
    "record": "lmlab.interpret",
    "scaling": "lmlab",
    "solution": "lmlab.course",
    "town": "lmlab.text",
    "train": "lmlab.training",
    "viz": "lmlab",
    "xray": "lmlab.interpret",
}

_MODULES = {"corpora", "scaling", "town", "viz"}

__all__ = [
    "BERT",
    "EncoderDecoder",
    "GPT",
    "LabelledTexts",
    "NGram",
    "NeuralNGram",
    "Pairs",
    "RecurrentLM",
    "TrainingConfig",
    "TransformerConfig",
    "check",
    "corpora",
    "hint",
    "ledger",
    "load",
    "paper",
    "predict",
    "progress",
    "quiz",
    "record",
    "scaling",
    "solution",
    "town",
    "train",
    "viz",
    "xray",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"lmlab has no {name!r}; it offers {', '.join(__all__)}.")
    home = _HOMES[name]
    if name in _MODULES:
        value = import_module(f"{home}.{name}")
    else:
        value = getattr(import_module(home), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted((*globals(), *__all__))
