"""Marks on paper: tables for a spreadsheet, a page for each student, and what to teach tomorrow."""

import csv
import io
from collections import Counter
from pathlib import Path

from lmlab.course.exercise import Exercise
from lmlab.course.grading.marks import Mark, Marks
from lmlab.sources.atomic import write_file

NETWORK = (
    "This system gives answers no network of their own: only Python's audit hook kept them from "
    "yours. In a container without a network they have none."
)
"""What is said where only the audit hook stood between an answer and the network."""

_FORMULAS = ("=", "+", "-", "@", "\t", "\r")
_MARKS = {"passed": "✓", "missed": "✗", "not attempted": "○", "stopped": "✗", "not handed in": "○"}
_MOST_MISTAKES = 3  # of an exercise, that are shown


def write_grades(marks: Marks, path: Path) -> None:
    """One row for each student: points, of how many, how many are to be decided, each exercise.

    An exercise has its points, ? where the teacher is to decide, and nothing where no notebook
    was handed in.
    """
    names = [exercise.id for exercise in marks.exercises]
    of = sum(exercise.difficulty for exercise in marks.exercises)
    rows = [["student", "points", "of", "to decide", *names]]
    for student, theirs in marks.by_student.items():
        points = sum(mark.points or 0 for mark in theirs)
        is_open = sum(mark.is_open for mark in theirs)
        rows.append([student, points, of, is_open, *map(_in_short, theirs)])
    _write(path, rows)


def write_details(marks: Marks, folder: Path) -> None:
    """`answers.csv` with one row for each student and exercise, and a page for each student."""
    head = ["student", "chapter", "exercise", "stars", "status", "points", "sentence"]
    rows = [[*head, "note", "seconds"]]
    for mark in marks.marks:
        exercise = mark.exercise
        points = "" if mark.is_open else mark.points
        what = [mark.student, exercise.chapter, exercise.id, exercise.difficulty]
        rows.append([*what, mark.status, points, mark.sentence, mark.note, f"{mark.seconds:.1f}"])
    _write(folder / "answers.csv", rows)
    for student, theirs in marks.by_student.items():
        write_file(folder / f"{student}.txt", _encoded("\n\n".join(map(_page, theirs)) + "\n"))


def table(marks: Marks) -> str:
    """Each exercise with how many passed it, the least passed first, and the mistakes most made."""
    if not marks.marks:
        return "No notebook was graded."
    students = len(marks.by_student)
    groups = {
        exercise: [mark for mark in marks.marks if mark.exercise.id == exercise.id]
        for exercise in marks.exercises
    }
    width = max(len(exercise.id) for exercise in groups)
    lines = [f"{students} students, {len(groups)} exercises. Least passed first:"]
    for exercise, group in sorted(groups.items(), key=lambda pair: _passed(pair[1])):
        lines.append(_line(exercise, group, width))
        mistakes = Counter(mark.sentence for mark in group if mark.status in ("missed", "stopped"))
        lines += [f"    {n} × {text}" for text, n in mistakes.most_common(_MOST_MISTAKES)]
    is_open = sum(mark.is_open for mark in marks.marks)
    if is_open:
        lines.append(f"Left for you to decide: {is_open}.")
    return "\n".join(lines)


def _line(exercise: Exercise, group: list[Mark], width: int) -> str:
    count = Counter(mark.status for mark in group)
    said = [f"{_passed(group):3} passed", f"{count['missed'] + count['stopped']:3} missed"]
    said += [
        f"{count['not attempted']:3} not attempted",
        f"{count['not handed in']:3} not handed in",
    ]
    return f"  {exercise.id.ljust(width)} {''.join(said)}"


def _passed(group: list[Mark]) -> int:
    return sum(mark.status == "passed" for mark in group)


def _in_short(mark: Mark) -> str | int:
    if mark.is_open:
        return "?"
    return "" if mark.status == "not handed in" else mark.points


def _page(mark: Mark) -> str:
    """What a student reads of one exercise."""
    exercise = mark.exercise
    lines = [
        f"{_MARKS[mark.status]} Exercise {exercise.number} · {exercise.title}: {mark.status}",
        *filter(None, (mark.sentence,)),
        *(f"    {line}" for line in mark.evidence),
    ]
    return "\n".join(lines)


def _write(path: Path, rows: list[list]) -> None:
    """CSV with the mark by which a spreadsheet knows UTF-8, each cell made safe for it."""
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\n").writerows([list(map(_harmless, row)) for row in rows])
    write_file(path, _encoded("\ufeff" + text.getvalue()))


def _harmless(cell: str | int) -> str | int:
    """A spreadsheet would take the text for a formula, and run it; the apostrophe says text."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_FORMULAS) else cell


def _encoded(text: str) -> bytes:
    return text.encode("utf-8", "replace")
