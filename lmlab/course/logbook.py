"""`progress`: which exercises are done, kept for each user, one small JSON file per exercise.

Nothing here can stop a chapter: where the folder cannot be written, the course goes on without it.
"""

import json
import os
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from html import escape
from pathlib import Path

import platformdirs

from lmlab.course.exercise import Exercise
from lmlab.course.registry import all_exercises
from lmlab.sources.atomic import write_file

_MARKS = {"passed": "✓ done", "missed": "✗ tried", "not attempted": "○ open"}


def home() -> Path:
    """Where the user's own things are kept: `$LMLAB_HOME`, else the platform's data folder."""
    chosen = os.environ.get("LMLAB_HOME")
    if chosen:
        return Path(chosen).expanduser().absolute()
    return Path(platformdirs.user_data_dir("lmlab", appauthor=False))


def keep(exercise_id: str, status: str) -> None:
    """Note what `check` found. What was passed once stays passed; a stub leaves no trace."""
    entry = _read(exercise_id)
    if status == "not attempted" or entry.get("status") == "passed":
        return
    entry = {"status": status, "tries": entry.get("tries", 0) + 1, "day": str(date.today())}
    with suppress(OSError):
        write_file(_path(exercise_id), json.dumps(entry) + "\n")


def progress() -> "Progress":
    """A table of all exercises: which are done, which were tried, which are open."""
    return Progress(
        tuple((exercise, _status(exercise.id)) for exercise in all_exercises().values())
    )


@dataclass(frozen=True, repr=False)
class Progress:
    """Exercises with their status; the last line of a cell shows them."""

    rows: tuple[tuple[Exercise, str], ...]

    @property
    def summary(self) -> str:
        """How many are done, and how long the rest takes."""
        rest = [exercise.minutes for exercise, status in self.rows if status != "passed"]
        done = len(self.rows) - len(rest)
        return f"{done} of {len(self.rows)} exercises done; about {sum(rest)} minutes to go"

    def __repr__(self) -> str:
        widths = [max(map(len, column)) for column in zip(*self._cells(), strict=True)]
        lines = (
            "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
            for row in self._cells()
        )
        return "\n".join((self.summary, *lines))

    def _repr_html_(self) -> str:
        cell = "<td style='text-align:left'>{}</td>".format
        rows = ("".join(cell(escape(text)) for text in row) for row in self._cells())
        return f"<p>{self.summary}</p><table><tr>{'</tr><tr>'.join(rows)}</tr></table>"

    def _cells(self) -> list[tuple[str, ...]]:
        return [
            (
                _MARKS[status],
                exercise.number,
                exercise.id,
                "★" * exercise.difficulty,
                f"{exercise.minutes} min",
                exercise.title,
            )
            for exercise, status in self.rows
        ]


def _status(exercise_id: str) -> str:
    status = _read(exercise_id).get("status")
    return status if status in ("passed", "missed") else "not attempted"


def _read(exercise_id: str) -> dict:
    """The entry, or an empty one: a missing or damaged file is as if nothing was tried."""
    try:
        entry = json.loads(_path(exercise_id).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return entry if isinstance(entry, dict) else {}


def _path(exercise_id: str) -> Path:
    return home() / "progress" / f"{exercise_id}.json"
