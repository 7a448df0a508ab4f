"""One call of an answer: what came back, or what went wrong and in which line of whose code."""

import copy
import dis
import inspect
import io
import linecache
import traceback
from contextlib import redirect_stdout
from dataclasses import dataclass
from typing import Any

from lmlab.course.comparison import same
from lmlab.course.exercise import Case, Function
from lmlab.course.limits import Exceeded, is_learners

_NOTHING = ("RESUME", "NOP", "LOAD_CONST", "RETURN_CONST", "RETURN_VALUE")
"""The steps of a function without a body, in the versions of Python that we run on."""


@dataclass(frozen=True)
class Outcome:
    """What one call came to; `arguments` as the call left them, `printed` what it wrote."""

    value: Any = None
    error: BaseException | None = None
    arguments: Case = ()
    printed: str = ""

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
    """Call the function with a copy of the arguments, which it may change.

    Its errors, `sys.exit()` among them, and what it prints are kept, and go no further.
    """
    arguments, printed = copy.deepcopy(case), io.StringIO()
    try:
        with redirect_stdout(printed):
            value = function(*arguments)
    except (Exception, SystemExit) as error:
        traceback.clear_frames(error.__traceback__)  # a list that filled the memory goes with them
        return Outcome(None, error, arguments, printed.getvalue())
    return Outcome(value, None, arguments, printed.getvalue())


def own_line(error: BaseException) -> str | None:
    """The innermost line of the learner's own code that led to the error: "line 3: x / 0"."""
    is_stopped = isinstance(error, Exceeded)
    stack = error.stack if is_stopped else traceback.extract_tb(error.__traceback__)
    for frame in reversed(stack):
        text = linecache.getline(frame.filename, frame.lineno or 0).strip()
        if text and is_learners(frame.filename):
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
    """Whether nothing was written: a docstring, `...`, `pass`. True when it is not Python's."""
    code = getattr(inspect.unwrap(function), "__code__", None)
    return code is None or all(step.opname in _NOTHING for step in dis.get_instructions(code))
