"""`progress`: which exercises are done, kept for each user, one small JSON file per exercise.

Nothing here can stop a chapter: where the folder cannot be written, the course goes on without it.
"""

import json
import os
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from html import escape
from itertools import groupby
from pathlib import Path

import platformdirs

from lmlab.course.exercise import Exercise
from lmlab.course.registry import all_exercises
from lmlab.sources.atomic import write_file

_MARKS = {"passed": "✓ done", "missed": "✗ tried", "not attempted": "○ open"}
_QUIZ_MARKS = {"passed": "✓ quiz", "missed": "✗ quiz", "not attempted": "○ quiz"}


def home() -> Path:
    """Where the user's own things are kept: `$LMLAB_HOME`, else the platform's data folder."""
    chosen = os.environ.get("LMLAB_HOME")
    if chosen:
        return Path(chosen).expanduser().absolute()
    return Path(platformdirs.user_data_dir("lmlab", appauthor=False))


def keep(entry: str, status: str) -> None:
    """Note what `check` or a quiz found. What was passed once stays passed; a stub leaves no trace.

    `entry` is the id of an exercise, or the `quiz_entry` of one.
    """
    known = _read(entry)
    if status == "not attempted" or known.get("status") == "passed":
        return
    tries = known.get("tries")
    tries = tries + 1 if isinstance(tries, int) else 1
    with suppress(OSError, RuntimeError):  # RuntimeError: ~ is nobody's home
        text = json.dumps({"status": status, "tries": tries, "day": str(date.today())})
        write_file(_path(entry), text + "\n")


def quiz_entry(exercise_id: str) -> str:
    """The entry under which the answer to an exercise's quiz is kept."""
    return f"{exercise_id}.quiz"


def progress(chapter: str | None = None) -> "Progress":
    """A table of all exercises, or of one chapter's: which are done, were tried, or are open.

    Raises ValueError when `chapter` has no exercises.
    """
    exercises = all_exercises().values()
    chapters = dict.fromkeys(exercise.chapter for exercise in exercises)
    if chapter is not None and chapter not in chapters:
        raise ValueError(f"no exercises in {chapter!r}; there are some in {', '.join(chapters)}.")
    return Progress(
        tuple(
            Row(exercise, _status(exercise.id), _status(quiz_entry(exercise.id)))
            for exercise in exercises
            if chapter in (None, exercise.chapter)
        )
    )


@dataclass(frozen=True)
class Row:
    """An exercise, how far it is, and how far its quiz is."""

    exercise: Exercise
    status: str
    quiz_status: str

    @property
    def cells(self) -> tuple[str, ...]:
        """The row in words."""
        exercise = self.exercise
        stars, minutes = "★" * exercise.difficulty, f"{exercise.minutes} min"
        asked = _QUIZ_MARKS[self.quiz_status] if exercise.quiz else ""
        mark = _MARKS[self.status]
        return mark, exercise.number, exercise.id, stars, minutes, asked, exercise.title


@dataclass(frozen=True, repr=False)
class Progress:
    """Exercises with their status, chapter by chapter; the last line of a cell shows them."""

    rows: tuple[Row, ...]

    @property
    def summary(self) -> str:
        """How many are done, and how long the rest takes."""
        left = sum(row.exercise.minutes for row in self.rows if row.status != "passed")
        return f"{_done(self.rows)} exercises done; about {left} minutes to go"

    def __repr__(self) -> str:
        columns = zip(*(row.cells for row in self.rows), strict=True)
        widths = [max(map(len, column)) for column in columns]
        lines = [self.summary]
        for heading, rows in self._chapters():
            lines.append(heading)
            for row in rows:
                cells = (cell.ljust(width) for cell, width in zip(row.cells, widths, strict=True))
                lines.append("  " + "  ".join(cells).rstrip())
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        head = "<tr><th colspan='7' style='text-align:left'>{}</th></tr>".format
        cell = "<td style='text-align:left'>{}</td>".format
        lines = []
        for heading, rows in self._chapters():
            lines.append(head(escape(heading)))
            for row in rows:
                cells = "".join(cell(escape(text)) for text in row.cells)
                lines.append(f"<tr>{cells}</tr>")
        return f"<p>{self.summary}</p><table>{''.join(lines)}</table>"

    def _chapters(self) -> list[tuple[str, list[Row]]]:
        """A heading and the rows of each chapter."""
        groups = groupby(self.rows, lambda row: row.exercise.chapter)
        chapters = ((chapter, list(rows)) for chapter, rows in groups)
        return [(f"{chapter}: {_done(rows)} done", rows) for chapter, rows in chapters]


def _done(rows: list[Row] | tuple[Row, ...]) -> str:
    return f"{sum(row.status == 'passed' for row in rows)} of {len(rows)}"


def _status(entry: str) -> str:
    status = _read(entry).get("status")
    return status if status in ("passed", "missed") else "not attempted"


def _read(entry: str) -> dict:
    """The entry, or an empty one: a missing or damaged file is as if nothing was tried."""
    try:
        known = json.loads(_path(entry).read_text(encoding="utf-8"))
    except (OSError, ValueError, RuntimeError):  # RecursionError, of many brackets, is of the last
        return {}
    return known if isinstance(known, dict) else {}


def _path(entry: str) -> Path:
    return home() / "progress" / f"{entry}.json"
