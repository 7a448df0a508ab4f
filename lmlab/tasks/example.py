"""One try at a task."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Example:
    """What a model is shown, and what it should make of it."""

    input: Any
    """All that a model may see: a text; for questions the pair (passage, question)."""
    wanted: Any
    """A text, a label, a set; for questions a tuple of accepted answers, ("",) for none."""
    category: str = "all"
    """The line of the error table on which it is counted."""
