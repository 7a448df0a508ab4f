"""A chapter as it is handed out: its answers marked as nbgrader marks them, its links in order.

For each exercise that is handed in, the cell with the stub becomes a solution cell, and behind it
comes a locked cell that gives the points:

    2 * lmlab.check("causal_mask", causal_mask).passed

Its value is 2 or 0. nbgrader takes a number as the points of a cell, and a stub raises nothing, so
"Run all" works on a fresh copy, where an `assert` would stop it. The learner's own `check` stays
where it was, in the cell of the answer, which can be changed and run as often as one likes. Around
the `...` of a stub stand nbgrader's marks, for without them `nbgrader generate_assignment` would
replace the whole cell, the function's first line with it.

nbgrader runs a notebook in one process, where code can change `lmlab.check` itself, and it gives no
points to a cell that writes to stderr, as an answer may. `lmlab grade` takes only the answers and
judges them outside.
"""

import ast
import re
from collections.abc import Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import PurePosixPath
from urllib.parse import unquote

from nbformat import NotebookNode
from nbformat.v4 import new_code_cell

from lmlab.course.build import digest
from lmlab.course.exercise import Exercise

SCHEMA = 3
"""The version of nbgrader's metadata that we write, the one of nbgrader 0.9.6."""

_LINK = re.compile(
    r"(?P<code>```.*?```|`[^`\n]*`)"
    r"|\[(?P<words>(?:!\[[^\]]*\]\([^)]*\)|[^\[\]`]|`[^`\n]*`)*)\]"
    r"\((?P<target>[^()\s]+)(?:\s+\"[^\"]*\")?\)"
    r"|<img\s[^>]*?\bsrc=[\"'](?P<source>[^\"']+)",
    re.DOTALL,
)
"""Code, which holds no links; a link or picture of Markdown; a picture of HTML."""
_UNREAD = re.compile(r"href=[\"'][^\"']*\.ipynb|^\s*\[[^\]]+\]:\s*\S+\.ipynb", re.MULTILINE)
"""Links to chapters in other forms, which we cannot cut."""
_ELSEWHERE = re.compile(r"[a-z][a-z0-9+.-]*:|#|//", re.IGNORECASE)
"""How a link begins that leads out of the folder, or stays in its notebook."""


def mark_answers(book: NotebookNode, exercises: Sequence[Exercise]) -> None:
    """Make the cell of each exercise a solution cell, with a locked cell for its points behind it.

    Raises ValueError when an exercise has no cell with a stub that ends with `...` and its check.
    """
    for exercise in exercises:
        place, function, check = _find(book, exercise)
        cell = book.cells[place]
        points = _points_cell(exercise, ast.get_source_segment(cell.source, check))
        cell.source = _with_region(cell.source, function.body[-1])
        cell.metadata.nbgrader = _metadata(exercise.id, solution=True)
        cell.metadata.deletable = False
        book.cells.insert(place + 1, points)


def _find(book: NotebookNode, exercise: Exercise) -> tuple[int, ast.FunctionDef, ast.Call]:
    """The place of the cell with stub and check, and both as they stand there."""
    for place, cell in enumerate(book.cells):
        if cell.cell_type != "code" or f"def {exercise.id}(" not in cell.source:
            continue
        with suppress(SyntaxError):
            match ast.parse(cell.source).body:
                case [*_, ast.FunctionDef(name=exercise.id) as stub, ast.Expr(value=check)] if (
                    is_open(stub) and _checks(check, exercise.id)
                ):
                    return place, stub, check
    raise ValueError(
        f"there is no cell with the stub and the check of {exercise.id!r}; write "
        f"`def {exercise.id}(…):` with `...` as its last line, and the check below it."
    )


def _checks(node: ast.expr, exercise_id: str) -> bool:
    match node:
        case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name), args=[asked, _]):
            return name == "check" and ast.unparse(asked) == repr(exercise_id)
    return False


def is_open(function: ast.FunctionDef) -> bool:
    """Whether its last line is `...`, where the answer is to be written."""
    last = function.body[-1]
    return isinstance(last, ast.Expr) and getattr(last.value, "value", None) is ...


def _with_region(source: str, dots: ast.stmt) -> str:
    """The source of a stub with nbgrader's marks around its `...`."""
    lines, margin = source.split("\n"), " " * dots.col_offset
    lines.insert(dots.lineno, f"{margin}### END SOLUTION")
    lines.insert(dots.lineno - 1, f"{margin}### BEGIN SOLUTION")
    return "\n".join(lines)


def _points_cell(exercise: Exercise, check: str) -> NotebookNode:
    points = exercise.difficulty
    said = f"# The points for exercise {exercise.number}, {points} or 0. Leave this cell as it is."
    cell = new_code_cell(f"{said}\n{points} * {check}.passed")
    cell.id = digest(cell.source)[:8]
    name = f"check_{exercise.id}"
    cell.metadata.nbgrader = _metadata(name, grade=True, locked=True, points=points)
    cell.metadata.update(deletable=False, editable=False)
    return cell


def _metadata(
    name: str, *, grade=False, solution=False, locked=False, **points: int
) -> NotebookNode:
    return NotebookNode(
        grade_id=name,
        grade=grade,
        solution=solution,
        locked=locked,
        task=False,
        cell_type="code",
        schema_version=SCHEMA,
        **points,
    )


def take_out_solutions(book: NotebookNode, exercises: Sequence[Exercise]) -> None:
    """Take out the lines that show the solution of one of these exercises, and cells left empty.

    Raises ValueError when such a call stands among other code.
    """
    names = "|".join(exercise.id for exercise in exercises)
    call = rf"""solution\(\s*["'](?:{names})["']\s*\)"""
    for cell in book.cells:
        if cell.cell_type == "code" and (first := re.search(call, cell.source)):
            cell.source = re.sub(rf"^[\w.]*{call}[ \t]*(?:#.*)?$\n?", "", cell.source, flags=re.M)
            if re.search(call, cell.source):
                raise ValueError(
                    f"{first.group()} stands among other code; give it a line of its own, without "
                    "which the cell still runs."
                )
    book.cells = [cell for cell in book.cells if cell.source.strip()]


@dataclass(frozen=True)
class Links:
    """What a notebook needs beside it, and the chapters to which its links were cut."""

    files: frozenset[str]
    cut: frozenset[str]


def settle_links(book: NotebookNode, handed_out: Collection[str]) -> Links:
    """Turn links to chapters that are not handed out into plain words; gather what others need.

    Raises ValueError when a link to a chapter is not in the form that can be cut.
    """
    files, cut = set(), set()

    def settle(found: re.Match) -> str:
        if found["words"]:
            _LINK.sub(settle, found["words"])  # a picture in a link is needed, too
        target = found["target"] or found["source"]
        if not target or _ELSEWHERE.match(target):
            return found.group()
        path = PurePosixPath(unquote(target.partition("#")[0]))
        if path.suffix != ".ipynb":
            files.add(str(path))
        elif path.stem not in handed_out:
            cut.add(path.stem)
            return found["words"]
        return found.group()

    for cell in book.cells:
        if cell.cell_type == "markdown":
            if other := _UNREAD.search(cell.source):
                raise ValueError(f"{other.group()!r}: write it as [words](CHAPTER.ipynb).")
            cell.source = _LINK.sub(settle, cell.source)
    return Links(frozenset(files), frozenset(cut))
