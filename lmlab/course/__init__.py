"""The course: exercises that say what is wrong, hints, solutions, questions and progress.

Names resolve when they are first used (PEP 562), so that building or opening the notebooks loads
no torch.
"""

from importlib import import_module
from typing import Any

_HOME = {
    "check": "checking",
    "hint": "hints",
    "ledger": "ledger",
    "paper": "paper",
    "predict": "question",
    "progress": "logbook",
    "quiz": "question",
    "solution": "hints",
}

__all__ = sorted(_HOME)


def __getattr__(name: str) -> Any:
    """Import the module that holds `name`."""
    if name not in _HOME:
        raise AttributeError(f"lmlab.course has no {name!r}; it has {', '.join(__all__)}.")
    return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)


def __dir__() -> list[str]:
    return __all__
