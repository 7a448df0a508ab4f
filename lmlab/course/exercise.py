"""An exercise as data: what is asked, how an answer is judged, and what is said about it.

Built in chapter 00.
"""

import inspect
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Any

Function = Callable[..., Any]
Case = tuple[Any, ...]
"""The arguments of one call, in order."""


@dataclass(frozen=True)
class WrongAnswer:
    """A mistake that people make, as a function that makes it, and the sentence that names it."""

    function: Function
    sentence: str


@dataclass(frozen=True)
class Invariant:
    """What every right answer keeps to, whatever its numbers.

    `holds(answer, *case)` calls the answer as often as it needs, and says whether it does.
    """

    name: str
    holds: Callable[..., bool]
    sentence: str


@dataclass(frozen=True, eq=False)
class Quiz:
    """A question on what was understood: each option with what is said to those who choose it.

    Raises ValueError when `answer` is none of the options.
    """

    question: str
    options: Mapping[str, str]
    answer: str

    def __post_init__(self):
        if self.answer not in self.options:
            options = ", ".join(self.options)
            raise ValueError(f"answer={self.answer!r} is none of the options: {options}.")


@dataclass(frozen=True, kw_only=True, eq=False)
class Exercise:
    """One exercise. Nothing here runs before an answer is checked."""

    id: str
    """The name that `check` takes, and that the stub has in the notebook."""
    chapter: str
    """The chapter's file name without its ending: "00_start_here"."""
    number: str
    """Its number in the course: "0.1"."""
    title: str
    difficulty: int
    """1, 2 or 3 stars."""
    minutes: int
    """What it takes somebody who has just read the chapter up to here."""
    reference: str
    """The package's own function, the right answer: "lmlab.nn.masks.causal_mask"."""
    cases: Callable[[int], Iterable[Case]]
    """Calls to compare, drawn with a seed; the simplest first, for it is shown to the learner."""
    wrong_answers: tuple[WrongAnswer, ...]
    hints: tuple[str, ...]
    """From a nudge to nearly the answer."""
    invariants: tuple[Invariant, ...] = ()
    quiz: Quiz | None = None
    """Asked when the exercise is done: what does it mean?"""
    choice: Callable[[Any], tuple[Case, Any] | None] | None = None
    """Where an answer may be a click: the case that a view shows, and what was chosen in it; None
    while it is as it opened."""
    seconds: float = 10.0
    """What one check may take; then the answer is stopped."""

    @property
    def heading(self) -> str:
        """The heading above the stub in the notebook."""
        return f"Exercise {self.number} · {'★' * self.difficulty} · {self.minutes} min"

    @property
    def solution(self) -> Function:
        """The function that `reference` names."""
        module, _, name = self.reference.rpartition(".")
        return getattr(import_module(module), name)

    @property
    def parameters(self) -> tuple[str, ...]:
        """The names of the solution's parameters, in order."""
        return tuple(inspect.signature(self.solution).parameters)
