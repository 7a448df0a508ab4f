"""The answers in a notebook: which cells they are, and what of them is to run.

An answer cell is marked in nbgrader's way with the exercise's id, as `lmlab release` writes it.
Where none is that defines a function of that name, it is the last unmarked cell that does.

Of an answer cell run its imports, definitions, assignments, and what stands in an `if`, `with` or
`try`: no magic, no shell, no bare call such as `check(…)`, no loop. From the other cells come only
imports, and of them only those whose names an answer uses. Where the notebook does not import them
itself, the names of `READY` stand ready.
"""

import ast
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from copy import copy
from dataclasses import dataclass

from lmlab.course.exercise import Exercise
from lmlab.course.grading.cells import Cell, parse

READY = {
    "F": "from torch.nn import functional as F",
    "lmlab": "import lmlab",
    "math": "import math",
    "nn": "from lmlab import nn",
    "np": "import numpy as np",
    "torch": "import torch",
    "viz": "from lmlab import viz",
}
"""Names that the chapters use everywhere, and the lines that bring them."""


@dataclass(frozen=True)
class Answer:
    """What a student wrote for one exercise."""

    exercise: Exercise
    cell: Cell
    note: str = ""

    @property
    def is_function(self) -> bool:
        """Whether the cell has a function of the exercise's name."""
        return self.exercise.id in self.cell.functions


def find_answers(cells: Sequence[Cell], exercises: Collection[Exercise]) -> list[Answer]:
    """The answers to these exercises, in the order of their cells; of two the last one counts."""
    found = []
    for exercise in exercises:
        marked = [cell for cell in cells if cell.grade_id == exercise.id]
        named = [cell for cell in cells if exercise.id in cell.functions]
        both = [cell for cell in marked if cell in named]
        if candidates := both or [cell for cell in named if not cell.grade_id] or marked:
            cell = candidates[-1]
            note = f"answered twice; cell {cell.number} counts" if len(candidates) > 1 else ""
            found.append(Answer(exercise, cell, note))
    return sorted(found, key=lambda answer: answer.cell.number)


def marked_ids(cells: Sequence[Cell]) -> set[str]:
    """The ids of all cells that are marked as answers."""
    return {cell.grade_id for cell in cells if cell.grade_id}


def chapter_of(cells: Sequence[Cell], stem: str, exercises: Collection[Exercise]) -> str | None:
    """The chapter that a notebook belongs to: its file's name, else where most answers stand."""
    if any(stem == exercise.chapter for exercise in exercises):
        return stem
    chapters = Counter(answer.exercise.chapter for answer in find_answers(cells, exercises))
    return chapters.most_common(1)[0][0] if chapters else None


def imports_for(cells: Sequence[Cell], answers: Sequence[Answer]) -> list[str]:
    """Lines that bring the names that the answers use: from the notebook, or as they stand ready.

    The notebook's come last, so that they win.
    """
    used = {
        node.id
        for answer in answers
        for node in ast.walk(parse(answer.cell.python))
        if isinstance(node, ast.Name)
    }
    lines = [line for name, line in READY.items() if name in used]
    for cell in cells:
        if not cell.unreadable:
            lines += _imports(cell.python, used)
    return list(dict.fromkeys(lines))


def _imports(source: str, used: set[str]) -> Iterator[str]:
    for statement in parse(source).body:
        if isinstance(statement, ast.Import | ast.ImportFrom):
            for alias in statement.names:
                if (alias.asname or alias.name.partition(".")[0]) in used:
                    one = copy(statement)
                    one.names = [alias]
                    yield ast.unparse(one)
