"""`grade`: the marks for a folder of notebooks."""

from collections.abc import Callable, Collection
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import replace
from pathlib import Path

from lmlab.course.exercise import Exercise
from lmlab.course.grading.answers import chapter_of, marked_ids
from lmlab.course.grading.grader import Grader, Notebook
from lmlab.course.grading.marks import Mark, Marks
from lmlab.course.grading.submissions import (
    Submission,
    Unreadable,
    find_submissions,
    read_cells,
)
from lmlab.course.registry import all_exercises, find

SEED = 20_000
"""Of the cases, where the grader names none: not the one that `check` draws with in a notebook."""


def grade(
    folder: str | Path,
    exercises: Collection[str] = (),
    *,
    seconds: float = 10.0,
    seed: int = SEED,
    jobs: int = 1,
    report: Callable[[int, int], None] = lambda done, of: None,
) -> Marks:
    """Marks for all notebooks in the folder.

    `exercises` are what was to be done; by default what the notebooks mark as answers in nbgrader's
    way, and in chapters without such marks all exercises. An answer has `seconds` to be loaded and
    `seconds` to be judged. `report` is told how many notebooks are done, of how many. Ctrl-C ends
    the work; the marks there are by then come back.

    Raises ValueError when there is nothing to grade, or no such exercise.
    """
    if not (seconds > 0 and jobs > 0):
        raise ValueError(f"seconds={seconds:g} and jobs={jobs} must be above 0.")
    asked = {name: find(name) for name in exercises}
    notebooks = [_read(submission) for submission in find_submissions(folder)]
    wanted = tuple(asked.values()) or _in_play(notebooks)
    if not wanted:
        raise ValueError(
            f"no notebook in {folder} has an answer: a cell that `lmlab release` marked, or a "
            "function with the name of an exercise. --exercises names what was to be done."
        )
    grader = Grader(wanted, seconds, seed)
    done: dict[int, list[Mark]] = {}
    with ThreadPoolExecutor(jobs) as pool:
        try:
            waiting = {pool.submit(grader.grade, one): n for n, one in enumerate(notebooks)}
            for future in as_completed(waiting):
                done[waiting[future]] = future.result()
                report(len(done), len(notebooks))
        except BaseException as error:
            grader.stop()
            pool.shutdown(wait=False, cancel_futures=True)
            if not isinstance(error, KeyboardInterrupt):
                raise
    is_whole = len(done) == len(notebooks)
    rows = _rows(wanted, notebooks, [mark for n in sorted(done) for mark in done[n]], set(done))
    return Marks(wanted, rows, is_whole, grader.has_network)


def _read(submission: Submission) -> Notebook:
    student, name = submission.student, submission.path.name
    try:
        cells = tuple(read_cells(submission.path))
    except Unreadable as error:
        chapter = submission.path.stem if submission.path.stem in _chapters() else None
        return Notebook(student, name, chapter=chapter, unreadable=str(error))
    chapter = chapter_of(cells, submission.path.stem, all_exercises().values())
    return Notebook(student, name, cells, chapter)


def _chapters() -> set[str]:
    return {exercise.chapter for exercise in all_exercises().values()}


def _in_play(notebooks: list[Notebook]) -> tuple[Exercise, ...]:
    """What was to be done, as far as the notebooks tell."""
    marked = set().union(*(marked_ids(notebook.cells) for notebook in notebooks))
    known = all_exercises()
    marked_chapters = {known[name].chapter for name in marked if name in known}
    chapters = {notebook.chapter for notebook in notebooks} - marked_chapters
    return tuple(
        exercise
        for exercise in known.values()
        if exercise.id in marked or exercise.chapter in chapters
    )


def _rows(
    wanted: tuple[Exercise, ...], notebooks: list[Notebook], marks: list[Mark], done: set[int]
) -> tuple[Mark, ...]:
    """A mark for each student who is done, and each exercise."""
    left = {one.student for n, one in enumerate(notebooks) if n not in done}
    students = sorted({one.student for one in notebooks} - left)
    found: dict[tuple[str, str], Mark] = {}
    for mark in marks:
        place = mark.student, mark.exercise.id
        if place in found:
            note = "; ".join(filter(None, (mark.note, "handed in twice; the last one counts")))
            mark = replace(mark, note=note)
        found[place] = mark
    return tuple(
        found.get((student, exercise.id)) or _without_answer(student, exercise, notebooks)
        for student in students
        for exercise in wanted
    )


def _without_answer(student: str, exercise: Exercise, notebooks: list[Notebook]) -> Mark:
    theirs = [one for one in notebooks if one.student == student]
    readable = [one.chapter for one in theirs if not one.unreadable]
    if exercise.chapter in readable or None in readable:
        return Mark(student, exercise, "not attempted", "No cell of the notebook answers it.")
    said = next((one.unreadable for one in theirs if one.unreadable), "")
    said = said or f"There is no notebook of {exercise.chapter}."
    return Mark(student, exercise, "not handed in", said)
