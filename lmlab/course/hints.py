"""`hint` and `solution`: help in steps, the last of them the package's own source."""

import inspect
from dataclasses import dataclass
from html import escape
from pathlib import Path

from lmlab.course.exercise import Exercise
from lmlab.course.panel import folded, preformatted
from lmlab.course.registry import find

_CHECKOUT = Path(__file__).resolve().parents[2]


def hint(exercise_id: str, number: int | None = None) -> "Hints":
    """The hints of an exercise, one inside the other; each opens with a click.

    `hint(id, 2)` shows the first two at once, for places where nothing can be clicked. Raises
    ValueError when there is no such exercise or hint.
    """
    exercise = find(exercise_id)
    if number is not None and not 1 <= number <= len(exercise.hints):
        raise ValueError(f"{exercise_id} has hints 1 to {len(exercise.hints)}, and no {number}.")
    return Hints(exercise, number or 0)


def solution(exercise_id: str) -> "Solution":
    """The package's own source for an exercise, and where it lives; folded in a notebook."""
    exercise = find(exercise_id)
    lines, first_line = inspect.getsourcelines(inspect.unwrap(exercise.solution))
    path = Path(inspect.getsourcefile(inspect.unwrap(exercise.solution)))
    if path.is_relative_to(_CHECKOUT):
        path = path.relative_to(_CHECKOUT)
    return Solution(exercise.reference, "".join(lines).rstrip(), path.as_posix(), first_line)


@dataclass(frozen=True, repr=False)
class Hints:
    """Hints from a nudge to nearly the answer, the first `opened` of them open."""

    exercise: Exercise
    opened: int

    def __repr__(self) -> str:
        total, last = len(self.exercise.hints), max(1, self.opened)
        lines = [f"Hint {i} of {total}: {self.exercise.hints[i - 1]}" for i in range(1, last + 1)]
        more = f'hint("{self.exercise.id}", {last + 1})' if last < total else self._last_resort()
        return "\n".join((*lines, f"Next: {more}"))

    def _repr_html_(self) -> str:
        html = f"<p>Next: <code>{escape(self._last_resort())}</code></p>"
        total = len(self.exercise.hints)
        for number, text in reversed([*enumerate(self.exercise.hints, start=1)]):
            body = f"<p>{escape(text)}</p>{html}"
            html = folded(f"Hint {number} of {total}", body, is_open=number <= self.opened)
        return html

    def _last_resort(self) -> str:
        return f'solution("{self.exercise.id}")'


@dataclass(frozen=True, repr=False)
class Solution:
    """The source of a function of the package."""

    name: str
    source: str
    path: str
    line: int

    def __repr__(self) -> str:
        return f"# {self.path}, line {self.line}: {self.name}\n{self.source}"

    def _repr_html_(self) -> str:
        body = preformatted(tuple(self.source.splitlines()))
        return folded(f"Show the solution: {self.path}, line {self.line}", body)
