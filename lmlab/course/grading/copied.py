"""Whether an answer is the package's own source, copied."""

import ast
import inspect
import textwrap

from lmlab.course.exercise import Exercise
from lmlab.course.grading.cells import parse

FEWEST_STATEMENTS = 3
"""Shorter functions look alike without anybody having copied."""


def is_copied(source: str, exercise: Exercise) -> bool:
    """Whether a function in the source has the body of the exercise's solution.

    Comments, docstrings, annotations and layout count for nothing; other names do.
    """
    ours = _body(parse(textwrap.dedent(inspect.getsource(exercise.solution))).body[0])
    if ours.count("\n") + 1 < FEWEST_STATEMENTS:
        return False
    functions = (n for n in ast.walk(parse(source)) if isinstance(n, ast.FunctionDef))
    return any(_body(function) == ours for function in functions)


def _body(function: ast.FunctionDef) -> str:
    """The statements of a function in one fixed layout, without its docstring."""
    body = function.body
    if isinstance(body[0], ast.Expr) and isinstance(body[0].value, ast.Constant):
        body = body[1:]
    return "\n".join(map(ast.unparse, body))
