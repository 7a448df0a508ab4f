"""The marks for one notebook: its answers are called in the sandbox and judged here.

An answer is judged as `check` judges it, on cases drawn with the grader's own seed. Nothing that a
notebook says about itself counts.
"""

import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace

from lmlab.course.calls import own_line
from lmlab.course.checking import judge
from lmlab.course.exercise import Exercise
from lmlab.course.grading.answers import Answer, find_answers, imports_for, marked_ids
from lmlab.course.grading.cells import Cell
from lmlab.course.grading.copied import is_copied
from lmlab.course.grading.marks import Mark, Status
from lmlab.course.grading.remote import Remote, load
from lmlab.course.grading.sandbox import Sandbox, Stopped

OURS = "the package's own function"
COPIED = "the source of the package's own function"
BY_CLICK = "Answered by a click in a view, which no file keeps: look at it with the student."

_SAID = {"passed": "", "not attempted": "Nothing is written yet."}
_JUDGING = threading.Lock()  # what `check` fences in is the whole process


@dataclass(frozen=True)
class Notebook:
    """A notebook that was handed in, as far as it could be read."""

    student: str
    name: str
    cells: tuple[Cell, ...] = ()
    chapter: str | None = None
    unreadable: str = ""


class Grader:
    """Grades one notebook after another, by the same rules."""

    def __init__(self, wanted: tuple[Exercise, ...], seconds: float, seed: int):
        # The sandbox keeps the time. The judge's own limit is for what happens on this side.
        self._wanted = [replace(exercise, seconds=2 * seconds + 20) for exercise in wanted]
        self._seconds, self._seed = seconds, seed
        self._open: set[Sandbox] = set()
        self._is_stopped = False
        self.has_network = False

    def stop(self) -> None:
        """End what is running."""
        self._is_stopped = True
        for sandbox in tuple(self._open):
            sandbox.end("Stopped by Ctrl-C.")

    def grade(self, notebook: Notebook) -> list[Mark]:
        """The marks for the answers in a notebook."""
        marks, to_run = [], []
        for answer in find_answers(notebook.cells, _of_notebook(notebook, self._wanted)):
            if answer.cell.unreadable:
                marks.append(_mark(notebook, answer, "missed", answer.cell.unreadable))
            elif answer.exercise.choice and not answer.is_function:
                marks.append(_mark(notebook, answer, "not attempted", BY_CLICK, is_open=True))
            else:
                to_run.append(answer)
        imports = imports_for(notebook.cells, to_run)
        pending, loadable = list(to_run), list(to_run)
        while pending and not self._is_stopped:
            seconds = self._seconds * (2 * len(loadable) + 1) + 30
            with Sandbox(seconds) as sandbox:
                self._open.add(sandbox)
                self.has_network |= sandbox.has_network
                marks += self._in_sandbox(sandbox, notebook, imports, pending, loadable)
                self._open.discard(sandbox)
        return marks

    def _in_sandbox(
        self,
        sandbox: Sandbox,
        notebook: Notebook,
        imports: list[str],
        pending: list[Answer],
        loadable: list[Answer],
    ) -> Iterator[Mark]:
        """Load and judge until all are judged or the sandbox has ended; the two lists grow less."""
        remotes = {}
        for answer in tuple(loadable):
            started = time.monotonic()
            sandbox.until(self._seconds)
            file = f"<{notebook.name} of {notebook.student}: {answer.exercise.id}>"
            try:
                remotes[answer] = load(sandbox, answer, imports, file)
                continue
            except Stopped as stop:
                status, said = "stopped", str(stop)
            except (Exception, SystemExit) as error:
                status, said = "missed", _cell_error(error)
            loadable.remove(answer)
            if answer in pending:
                pending.remove(answer)
                took = time.monotonic() - started
                yield _mark(notebook, answer, status, said, seconds=took)
            if not sandbox.is_alive:
                return
        while pending and sandbox.is_alive and not self._is_stopped:
            answer = pending.pop(0)
            with _JUDGING:
                yield self._judged(sandbox, notebook, answer, remotes[answer])

    def _judged(self, sandbox: Sandbox, notebook: Notebook, answer: Answer, remote: Remote) -> Mark:
        started = time.monotonic()
        sandbox.until(self._seconds)
        evidence, is_open = (), False
        try:
            result = judge(answer.exercise, remote, self._seed)
            status, said, evidence = result.status, result.message, result.evidence
        except Stopped as stop:
            status, said = "stopped", str(stop)
        except Exception as error:  # a value that the judge itself stumbles over
            status, is_open = "stopped", True
            said = f"The judge could not finish: {type(error).__name__}: {error}"
        note = ""
        if remote.is_ours:
            note = OURS
        elif is_copied(answer.cell.python, answer.exercise):
            note = COPIED
        return _mark(
            notebook,
            answer,
            status,
            _SAID.get(status, said),
            evidence=evidence,
            note=note,
            is_open=is_open or (status == "passed" and bool(note)),
            seconds=time.monotonic() - started,
        )


def _of_notebook(notebook: Notebook, wanted: list[Exercise]) -> list[Exercise]:
    """The exercises that this notebook may answer: those that it marks, and its chapter's."""
    marked = marked_ids(notebook.cells)
    return [one for one in wanted if one.id in marked or one.chapter == notebook.chapter]


def _mark(notebook: Notebook, answer: Answer, status: Status, said: str, **more) -> Mark:
    notes = filter(None, (more.pop("note", ""), answer.note))
    return Mark(notebook.student, answer.exercise, status, said, note="; ".join(notes), **more)


def _cell_error(error: BaseException) -> str:
    line = own_line(error)
    where = f" ({line})" if line else ""
    return f"The cell stopped with {type(error).__name__}: {error}{where}"
