"""Where a tensor was made: the file, the line and the code, found while the model runs.

Used in chapter 3.1.
"""

import ast
import inspect
import sys
import textwrap
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import CodeType

from torch import nn

_ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Origin:
    """A line of a method, and what the method does up to and with that line."""

    file: str
    """From the package's own folder on: "lmlab/nn/attention.py"."""
    line: int
    function: str
    """The method: "MultiHeadAttention.forward"."""
    code: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"


def origin(module: nn.Module) -> Origin:
    """The line that is running in the nearest method of `module` among the callers.

    Raises RuntimeError when no method of it is running.
    """
    frame = sys._getframe(1)
    while frame is not None and frame.f_locals.get("self") is not module:
        frame = frame.f_back
    if frame is None:
        raise RuntimeError(f"no method of this {type(module).__name__} is running.")
    return _at(frame.f_code, frame.f_lineno)


@cache
def _at(code: CodeType, line: int) -> Origin:
    path = Path(code.co_filename)
    file = path.relative_to(_ROOT) if path.is_relative_to(_ROOT) else Path(path.name)
    return Origin(file.as_posix(), line, code.co_qualname, _up_to(code, line))


def _up_to(code: CodeType, line: int) -> str:
    """The statements of a function from its first, the docstring left out, to the one at `line`."""
    try:
        lines, first = inspect.getsourcelines(code)
    except OSError:  # made at run time: there is no file to read
        return ""
    (function,) = ast.parse(textwrap.dedent("".join(lines))).body
    body = function.body[1:] if ast.get_docstring(function) else function.body
    last = line - first + 1
    whole = (s for s in ast.walk(function) if isinstance(s, ast.stmt) and not hasattr(s, "body"))
    end = min((s.end_lineno for s in whole if s.lineno <= last <= s.end_lineno), default=last)
    return textwrap.dedent("".join(lines[body[0].lineno - 1 : end])).rstrip()
