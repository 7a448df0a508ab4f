"""One call of an answer: what came back, or what went wrong and in which line of whose code."""

import ast
import copy
import inspect
import linecache
import sysconfig
import textwrap
import traceback
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lmlab.course.comparison import same
from lmlab.course.exercise import Case, Function

_NOT_THE_LEARNERS = (
    "<frozen",
    str(Path(__file__).resolve().parents[1]),
    *(sysconfig.get_path(name) for name in ("stdlib", "purelib", "platlib")),
)


@dataclass(frozen=True)
class Outcome:
    """What one call came to; `arguments` as the call left them."""

    value: Any = None
    error: Exception | None = None
    arguments: Case = ()

    @property
    def is_nothing(self) -> bool:
        """None came back."""
        return self.error is None and self.value is None

    @property
    def is_placeholder(self) -> bool:
        """`...` came back, or the stub's own `raise NotImplementedError` was reached."""
        if isinstance(self.error, NotImplementedError):
            line = own_line(self.error)  # PyTorch raises this error too, from lines of another kind
            return line is None or "NotImplementedError" in line
        return self.value is ...

    def resembles(self, other: "Outcome") -> bool:
        """The same value, or an error of the same type."""
        if self.error or other.error:
            return type(self.error) is type(other.error)
        return same(self.value, other.value)


def call(function: Function, case: Case) -> Outcome:
    """Call the function with a copy of the arguments, which it may change."""
    arguments = copy.deepcopy(case)
    try:
        return Outcome(function(*arguments), arguments=arguments)
    except Exception as error:
        return Outcome(error=error, arguments=arguments)


def own_line(error: Exception) -> str | None:
    """The innermost line of the learner's own code that led to the error: "line 3: x / 0"."""
    for frame in reversed(traceback.extract_tb(error.__traceback__)):
        text = linecache.getline(frame.filename, frame.lineno or 0).strip()
        if text and not frame.filename.startswith(_NOT_THE_LEARNERS):
            return f"line {frame.lineno}: {text}"
    return None


def misfit(function: Function, parameters: tuple[str, ...]) -> str | None:
    """A sentence when the function cannot be called with these parameters in this order."""
    try:
        signature = inspect.signature(function)
    except (TypeError, ValueError):  # some built-in functions do not tell
        return None
    try:
        signature.bind(*parameters)
    except TypeError:
        return (
            f"The check calls your function with ({', '.join(parameters)}); it takes {signature}. "
            "Give it these parameters, in this order."
        )
    return None


def is_stub(function: Function) -> bool:
    """Whether nothing was written: a docstring, `...`, `pass`. True when it cannot be read."""
    try:
        definition = ast.parse(textwrap.dedent(inspect.getsource(function))).body[0]
    except (OSError, TypeError, SyntaxError):
        return True
    return all(
        isinstance(line, ast.Pass)
        or (isinstance(line, ast.Expr) and isinstance(line.value, ast.Constant))
        for line in getattr(definition, "body", ())
    )
