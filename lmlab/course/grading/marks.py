"""What a class gets: a mark for each student and exercise."""

from dataclasses import dataclass
from typing import Literal

from lmlab.course.exercise import Exercise

Status = Literal["passed", "missed", "not attempted", "stopped", "not handed in"]


@dataclass(frozen=True)
class Mark:
    """What one student gets for one exercise."""

    student: str
    exercise: Exercise
    status: Status
    sentence: str
    """Which mistake it is, or why there is no mark."""
    evidence: tuple[str, ...] = ()
    note: str = ""
    """What the teacher should know beside it."""
    is_open: bool = False
    """The teacher is to decide: passed with the package's own function, or not to be seen here."""
    seconds: float = 0.0

    @property
    def points(self) -> int | None:
        """A point for each star of what was passed; None where the teacher is to decide."""
        if self.is_open:
            return None
        return self.exercise.difficulty if self.status == "passed" else 0


@dataclass(frozen=True)
class Marks:
    """All marks, by student and then by exercise."""

    exercises: tuple[Exercise, ...]
    marks: tuple[Mark, ...]
    is_whole: bool = True
    """False when the work was ended early: the students that it had not come to are left out."""
    has_network: bool = False
    """Whether only the audit hook kept answers from the network."""

    @property
    def by_student(self) -> dict[str, tuple[Mark, ...]]:
        """The marks of each student, in the order of the exercises."""
        students = dict.fromkeys(mark.student for mark in self.marks)
        return {name: tuple(m for m in self.marks if m.student == name) for name in students}
