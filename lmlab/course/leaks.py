"""Does a notebook tell what its exercises ask? Looked for before a chapter is handed out.

Code is compared by what it computes, not by how it is typed: comments, docstrings, layout, type
hints and checks of arguments are left out, and variables lose their names; the functions that are
called keep theirs. An answer leaks where its last two statements stand in a row, or beside its stub
a function of the same name is written out. One that is a single expression leaks wherever that
stands, however short: in a cell, in a block of code in the text, or in a word of code there. A hint
leaks where its words stand or where it is opened.

This finds what was left in by mistake. It does not find the same answer put in another way.
"""

import ast
import inspect
import re
import textwrap
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import Any

from IPython.core.inputtransformer2 import TransformerManager
from nbformat import NotebookNode

from lmlab.course.exercise import Exercise
from lmlab.course.student_copy import is_open

_UNSEEN = {"ctx", "type_comment", "kind", "annotation", "returns", "type_params"}
"""Parts of a syntax tree that change nothing of what is computed."""

_CODE_IN_TEXT = re.compile(r"```\w*\n(?P<block>.*?)```|`(?P<word>[^`\n]+)`", re.DOTALL)
_OPENED_HINT = re.compile(r"""\bhint\(\s*["'](?P<exercise>\w+)["']\s*,""")
_IPYTHON = TransformerManager()
"""Makes Python of cells that hold `%magic` or `!shell`."""


@dataclass(frozen=True)
class Leak:
    """What stands in a cell, counted from 1, and should not."""

    cell: int
    exercise: str
    what: str

    def __str__(self) -> str:
        return f"cell {self.cell} holds {self.what} of {self.exercise}"


def leaks(book: NotebookNode, exercises: Iterable[Exercise]) -> list[Leak]:
    """Where the cells of a notebook tell the answer to one of the exercises, or a hint."""
    exercises = list(exercises)
    answers = [_answer(exercise) for exercise in exercises]
    stubs = {each.name for cell in book.cells for each in _functions(cell) if is_open(each)}
    hints = {
        _words(hint): (exercise.id, number)
        for exercise in exercises
        for number, hint in enumerate(exercise.hints, start=1)
    }
    return [
        Leak(number, exercise, what)
        for number, cell in enumerate(book.cells, start=1)
        for exercise, what in (*_told_answers(cell, answers, stubs), *_told_hints(cell, hints))
    ]


@dataclass(frozen=True)
class _Answer:
    """The end of an exercise's reference: two statements, or the one that it has."""

    exercise: str
    kinds: tuple[type[ast.AST], ...]
    spelling: str


@cache
def _answer(exercise: Exercise) -> _Answer:
    source = inspect.getsource(inspect.unwrap(exercise.solution))
    statements = _substance(ast.parse(textwrap.dedent(source)).body[0].body)[-2:]
    return _Answer(exercise.id, _kinds(statements), _spelling(statements))


def _told_answers(
    cell: NotebookNode, answers: Sequence[_Answer], stubs: Collection[str]
) -> Iterator[tuple[str, str]]:
    wanted = {answer.kinds for answer in answers}
    runs = [run for code in _code(cell) for run in _runs(code) if _kinds(run) in wanted]
    told = {_spelling(run): run for run in runs}
    written = {each.name for each in _functions(cell) if not is_open(each)} & set(stubs)
    for answer in answers:
        if run := told.get(answer.spelling):
            yield answer.exercise, f"the answer, `{ast.unparse(run[0]).splitlines()[0]}`,"
        elif answer.exercise in written:
            yield answer.exercise, "a written answer"


def _told_hints(cell: NotebookNode, hints: dict[str, tuple[str, int]]) -> Iterator[tuple[str, str]]:
    text = _words(cell.source.replace("#", " "))
    for words, (exercise, number) in hints.items():
        if words in text:
            yield exercise, f"the words of hint {number}"
    asked = {exercise for exercise, _ in hints.values()}
    for opened in _OPENED_HINT.finditer(cell.source):
        if opened["exercise"] in asked:
            yield opened["exercise"], "an opened hint"


def _words(text: str) -> str:
    """The text with single spaces, however its lines are broken."""
    return " ".join(text.split())


def _code(cell: NotebookNode) -> Iterator[ast.Module]:
    """The code of a cell, or in its text; what is no Python is passed over."""
    texts = [cell.source]
    if cell.cell_type != "code":
        texts = [found["block"] or found["word"] for found in _CODE_IN_TEXT.finditer(cell.source)]
    for text in texts:
        with suppress(SyntaxError):
            yield _parsed(textwrap.dedent(text))


def _parsed(text: str) -> ast.Module:
    try:
        return ast.parse(text)
    except SyntaxError:
        return ast.parse(_IPYTHON.transform_cell(text))


def _functions(cell: NotebookNode) -> list[ast.FunctionDef]:
    """The functions that a cell defines, outside of others."""
    statements = [statement for code in _code(cell) for statement in code.body]
    return [statement for statement in statements if isinstance(statement, ast.FunctionDef)]


def _runs(code: ast.Module) -> Iterator[list[ast.AST]]:
    """Every expression, every statement, and every two in a row, however deep they stand."""
    for node in ast.walk(code):
        if isinstance(node, ast.expr | ast.stmt):
            yield [node]
        for _, field in ast.iter_fields(node):
            if isinstance(field, list) and field and isinstance(field[0], ast.stmt):
                yield from map(list, pairwise(_substance(field)))


def _substance(block: Sequence[ast.stmt]) -> list[ast.stmt]:
    """The statements without docstrings, `...`, and checks that only raise an error."""
    return [statement for statement in block if not _is_idle(statement)]


def _is_idle(statement: ast.stmt) -> bool:
    match statement:
        case ast.Expr(value=ast.Constant()) | ast.Pass() | ast.Assert():
            return True
        case ast.If(body=[ast.Raise()], orelse=[]):
            return True
    return False


def _kinds(run: Sequence[ast.AST]) -> tuple[type[ast.AST], ...]:
    """What the parts are, to look closer only where they may be equal."""
    return tuple(type(node) for node in (*run[:-1], _value(run[-1])))


def _value(last: ast.AST) -> ast.AST:
    """What a statement computes: `return x`, `y = x` and `x` alone come to the same."""
    is_plain = isinstance(last, ast.Return | ast.Assign | ast.AnnAssign | ast.Expr)
    return last.value if is_plain and last.value else last


def _spelling(run: Sequence[ast.AST]) -> str:
    """The parts as text that two of them share when only the names of variables differ."""
    names: dict[str, str] = {}
    return " ".join(_spelt(node, names) for node in (*run[:-1], _value(run[-1])))


def _spelt(node: Any, names: dict[str, str]) -> str:
    match node:
        case ast.Call(func=ast.Name(id=name)):
            return f"{name}({_spelt(node.args, names)} {_spelt(node.keywords, names)})"
        case ast.Name(id=name) | ast.arg(arg=name):
            return names.setdefault(name, f"v{len(names)}")
        case [ast.stmt(), *_]:
            return f"[{' '.join(_spelt(each, names) for each in _substance(node))}]"
        case list():
            return f"[{' '.join(_spelt(each, names) for each in node)}]"
        case ast.AST():
            fields = [value for field, value in ast.iter_fields(node) if field not in _UNSEEN]
            return f"{type(node).__name__}({' '.join(_spelt(each, names) for each in fields)})"
    return repr(node)
