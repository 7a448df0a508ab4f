"""The notebooks that were handed in, as text: nothing of them runs here, no output is looked at.

Three layouts are read: `<student>.ipynb`, `<student>/<chapter>.ipynb`, and nbgrader's
`<student>/<assignment>/<chapter>.ipynb`.
"""

from dataclasses import dataclass
from pathlib import Path

import nbformat

from lmlab.course.grading.cells import Cell

MOST_BYTES = 50 * 2**20
"""A notebook of more bytes is not opened."""


class Unreadable(ValueError):
    """A file that is no notebook; the message says why."""


@dataclass(frozen=True)
class Submission:
    """A file, and whose it is."""

    student: str
    path: Path


def find_submissions(folder: str | Path) -> list[Submission]:
    """All notebooks in the folder, by student and path.

    Raises ValueError when there are none, FileNotFoundError when there is no such folder.
    """
    folder = Path(folder)
    if not folder.is_dir():
        raise FileNotFoundError(2, "there is no such folder of submissions", str(folder))
    found = [
        Submission(_student(path.relative_to(folder)), path)
        for path in sorted(folder.rglob("*.ipynb"))
        if path.is_file() and not _is_hidden(path.relative_to(folder))
    ]
    if not found:
        raise ValueError(
            f"no notebook in {folder}; put them there as <student>.ipynb or "
            "<student>/<chapter>.ipynb."
        )
    return sorted(found, key=lambda submission: (submission.student, str(submission.path)))


def read_cells(path: Path) -> list[Cell]:
    """The code cells of a notebook. Raises Unreadable when it cannot be read as one."""
    try:
        if path.stat().st_size > MOST_BYTES:
            raise Unreadable(
                f"{path.name} has more than {MOST_BYTES // 2**20} MB; nobody wrote it."
            )
        notebook = nbformat.read(path, as_version=4)
        cells = enumerate(notebook.cells, start=1)
        return [
            Cell(number, str(cell.source), _grade_id(cell.metadata))
            for number, cell in cells
            if cell.cell_type == "code"
        ]
    except Unreadable:
        raise
    except Exception as error:  # nbformat raises whatever the damage leads to
        reason = type(error).__name__
        raise Unreadable(f"{path.name} is no notebook that can be read ({reason}).") from error


def _student(path: Path) -> str:
    return path.stem if len(path.parts) == 1 else path.parts[0]


def _is_hidden(path: Path) -> bool:
    """Copies that Jupyter keeps for itself are nobody's answer."""
    return any(part.startswith(".") for part in path.parts)


def _grade_id(metadata: dict) -> str | None:
    marked = metadata.get("nbgrader")
    if isinstance(marked, dict) and marked.get("solution") is True:
        return str(marked.get("grade_id"))
    return None
