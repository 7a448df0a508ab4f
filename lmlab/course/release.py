"""`lmlab release`: a folder of chapters to hand out, made from the one source, without outputs.

The chapters work in plain JupyterLab, and nbgrader takes them as they are: see `student_copy`.
Nothing is truly hidden from a learner, for the package is installed, and with it every function
that the exercises ask for. What a hand-out must not do is tell answers unasked, so it is searched
for them first (`leaks`); and `lmlab grade` marks an answer that is the package's own.
"""

import os
import shutil
from collections.abc import Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import nbformat

from lmlab.course import build, student_copy
from lmlab.course.exercise import Exercise
from lmlab.course.leaks import leaks
from lmlab.course.registry import all_exercises, find
from lmlab.sources import atomic


@dataclass(frozen=True)
class Chapter:
    """One notebook to hand out."""

    name: str
    book: nbformat.NotebookNode
    graded: tuple[Exercise, ...]
    """What is handed in, in the order of the chapter."""
    practice: tuple[Exercise, ...]
    """What gives no points."""
    links: student_copy.Links

    @property
    def points(self) -> int:
        """A point for each star of what is handed in."""
        return sum(exercise.difficulty for exercise in self.graded)


@dataclass(frozen=True)
class Release:
    """What was written, and what to do next."""

    folder: Path
    chapters: tuple[Chapter, ...]
    with_solutions: bool

    def __str__(self) -> str:
        return "\n".join((*self._table(), "", *self._remarks(), *self._next_steps()))

    def _table(self) -> list[str]:
        exercises = sum(len(chapter.graded) for chapter in self.chapters)
        points = sum(chapter.points for chapter in self.chapters)
        width = max(len(chapter.name) for chapter in self.chapters)
        return [
            f"{self.folder}: {_many(len(self.chapters), 'chapter')}, "
            f"{_many(exercises, 'exercise')} to hand in, {_many(points, 'point')}",
            "",
            f"  {'chapter':{width}}  to hand in  points  practice",
            *(
                f"  {each.name:{width}}  {len(each.graded):10}  {each.points:6}"
                f"  {len(each.practice) or '':8}".rstrip()
                for each in self.chapters
            ),
        ]

    def _remarks(self) -> list[str]:
        """What a teacher would not expect."""
        said = []
        practice = [exercise for chapter in self.chapters for exercise in chapter.practice]
        if clicked := [exercise.id for exercise in practice if exercise.choice]:
            said.append(f"Answered by a click, so for practice alone: {', '.join(clicked)}.")
        if cut := sorted({name for chapter in self.chapters for name in chapter.links.cut}):
            said.append(f"Links to chapters not handed out are plain words now: {', '.join(cut)}.")
        if not self.with_solutions:
            said.append(
                "The solutions are out of the notebooks, not out of the package: solution(…) typed "
                "by hand\nstill shows them. lmlab grade marks an answer that is the package's own."
            )
        return [*said, ""] if said else []

    def _next_steps(self) -> list[str]:
        several = "/CHAPTER" if len(self.chapters) > 1 else ""
        return [
            "Next:",
            f"  1. Hand out {self.folder} to learners who have lmlab, and collect what comes back",
            f"     as submissions/STUDENT{several}.ipynb.",
            "  2. lmlab grade submissions/ -o grades.csv",
            "With nbgrader: copy the folder to source/ASSIGNMENT of your course, then",
            "  nbgrader generate_assignment ASSIGNMENT",
            "  nbgrader autograde ASSIGNMENT --Execute.timeout=300",
        ]


def _many(count: int, noun: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}"


def release(
    out: Path,
    chapters: Sequence[str] = (),
    exercises: Sequence[str] = (),
    *,
    with_solutions: bool = True,
    course: Path = build.CHAPTERS,
) -> Release:
    """Write these chapters into the folder `out`, whole or not at all.

    Without `exercises` all of them are to be handed in, but for those that are answered by a click;
    with them only these, and the others stay as practice. Without `chapters` these are all that
    there are, or those that hold `exercises`. `with_solutions=False` takes out the calls of
    `solution` for what is handed in.

    Raises ValueError when `out` is not a new or empty folder, when a name is unknown, and when a
    notebook would tell an answer.
    """
    out = _free(out)
    sources = _sources(chapters, exercises, course)
    handed_out = [source.stem for source in sources]
    graded = _graded(exercises, handed_out)
    made = tuple(_chapter(source, graded, handed_out, with_solutions) for source in sources)
    _refuse_leaks(made, graded)
    files = {
        file: _beside(chapter, file, course) for chapter in made for file in chapter.links.files
    }
    _write(out, made, files)
    return Release(out, made, with_solutions)


def _free(out: Path) -> Path:
    """The folder, when it may be written: it is not there yet, or empty."""
    out = Path(out)
    if out.is_symlink() or (out.exists() and not out.is_dir()):
        raise ValueError(f"{out} is not a folder; give the name of a new one.")
    if out.is_dir() and any(out.iterdir()):
        raise ValueError(f"{out} is not empty; give the name of a new folder, or empty this one.")
    if out.resolve() == Path.cwd():
        raise ValueError(f"{out} is the folder that you are in; give the name of a new one.")
    return out


def _sources(chapters: Sequence[str], exercises: Sequence[str], course: Path) -> list[Path]:
    """The sources of the chapters named, else of those that hold these exercises, else of all."""
    names = chapters or [find(each).chapter for each in exercises]
    sources = list(dict.fromkeys(build.chosen(list(names), course)))
    if not sources:
        raise ValueError(f"there are no chapters in {course}; run this in a clone of lmlab.")
    return sources


def _graded(exercises: Sequence[str], handed_out: Sequence[str]) -> list[Exercise]:
    """What is to be handed in: these exercises, else all of the chapters that can be."""
    if not exercises:
        known = all_exercises().values()
        return [each for each in known if each.chapter in handed_out and not each.choice]
    for exercise in map(find, exercises):
        if exercise.choice:
            raise ValueError(
                f"exercise {exercise.id!r} is answered by a click, which no notebook keeps; it can "
                "only be practice."
            )
        if exercise.chapter not in handed_out:
            raise ValueError(
                f"exercise {exercise.id!r} is in chapter {exercise.chapter}, which is not handed "
                f"out; add --chapters {exercise.chapter}."
            )
    return [each for each in all_exercises().values() if each.id in exercises]


def _chapter(
    source: Path, graded: Sequence[Exercise], handed_out: Sequence[str], with_solutions: bool
) -> Chapter:
    book = build.read(source)
    here = [each for each in all_exercises().values() if each.chapter == source.stem]
    mine = tuple(each for each in here if each in graded)
    practice = tuple(each for each in here if each not in graded)
    with _telling(source.stem):
        student_copy.mark_answers(book, mine)
        if not with_solutions:
            student_copy.take_out_solutions(book, graded)
        links = student_copy.settle_links(book, handed_out)
    return Chapter(source.stem, book, mine, practice, links)


@contextmanager
def _telling(chapter: str):
    """Put the chapter's name before what is wrong with it."""
    try:
        yield
    except ValueError as error:
        raise ValueError(f"{chapter}: {error}") from error


def _refuse_leaks(chapters: Sequence[Chapter], graded: Sequence[Exercise]) -> None:
    found = [
        f"{chapter.name}, {leak}" for chapter in chapters for leak in leaks(chapter.book, graded)
    ]
    if found:
        raise ValueError(
            "nothing is written, for this would tell answers:\n  "
            + "\n  ".join(found)
            + "\nTake it out of the chapter, or name with --exercises only what is to be handed in."
        )


def _beside(chapter: Chapter, file: str, course: Path) -> Path:
    """The file that a link of the chapter leads to, which has to come along."""
    path = (course / file).resolve()
    if not path.is_relative_to(course.resolve()) or not path.is_file():
        raise ValueError(
            f"{chapter.name} links to {file}, which is no file in {course}; mend the link."
        )
    return path


def _write(out: Path, chapters: Sequence[Chapter], files: dict[str, Path]) -> None:
    if out.is_dir():
        os.rmdir(out)  # it is empty, and a whole folder takes its place
    with atomic.new_folder(out) as folder:
        for chapter in chapters:
            text = nbformat.writes(chapter.book) + "\n"
            (folder / f"{chapter.name}.ipynb").write_text(text, encoding="utf-8")
        for name, path in files.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, folder / name)
