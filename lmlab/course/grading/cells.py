"""A code cell as text: what of it is Python, and what of that runs when it is an answer.

Nothing here needs more than Python itself, for the process of the answers starts with it.
"""

import ast
import re
import warnings
from dataclasses import dataclass
from functools import cached_property

MOST_CHARACTERS = 100_000
"""A longer cell is not read."""

_DEF = re.compile(r"^def (\w+)", re.MULTILINE)
_RUN = (
    *(ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Import, ast.ImportFrom),
    *(ast.Assign, ast.AnnAssign, ast.If, ast.With, ast.Try),
)


@dataclass(frozen=True)
class Cell:
    """A code cell: its number among all cells from 1, its source, and the exercise it is for."""

    number: int
    source: str
    grade_id: str | None = None
    """What nbgrader's metadata name it, where it is marked as a solution."""

    @cached_property
    def python(self) -> str:
        """The source without magics and shell lines; its lines keep their numbers."""
        return self._read[0]

    @cached_property
    def unreadable(self) -> str:
        """Why that is no Python; empty when it is."""
        return self._read[1]

    @cached_property
    def functions(self) -> tuple[str, ...]:
        """The names of the functions that it defines at its top, were it Python or meant to be."""
        if self.unreadable:
            return tuple(_DEF.findall(self.source))
        kinds = ast.FunctionDef | ast.AsyncFunctionDef
        return tuple(node.name for node in parse(self.python).body if isinstance(node, kinds))

    @cached_property
    def _read(self) -> tuple[str, str]:
        return plain(self.source)


def plain(source: str) -> tuple[str, str]:
    """The source as Python, without magics and shell lines, and why it is none if so."""
    if len(source) > MOST_CHARACTERS:
        return "", f"The cell has more than {MOST_CHARACTERS} characters."
    for text in (source, "\n".join(map(_without_magic, source.split("\n")))):
        try:
            parse(text)
            return text, ""
        except SyntaxError as error:
            reason = f"line {error.lineno}: {error.msg}"
        except (ValueError, RecursionError, MemoryError) as error:  # null bytes; too many brackets
            reason = type(error).__name__
    return text, f"The cell is no Python: {reason}."


def runnable(source: str) -> list[ast.stmt]:
    """The statements of an answer cell that run."""
    return [statement for statement in parse(source).body if isinstance(statement, _RUN)]


def parse(source: str) -> ast.Module:
    """The source as a tree; what Python only warns of is the student's own business."""
    with warnings.catch_warnings(action="ignore"):
        return ast.parse(source)


def _without_magic(line: str) -> str:
    """A line of IPython's own becomes `pass`, which keeps the shape of the code around it."""
    text = line.strip()
    if text.startswith(("%", "!", "?")) or (text.endswith("?") and "#" not in text):
        return line[: len(line) - len(line.lstrip())] + "pass"
    return line
