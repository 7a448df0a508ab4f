"""`check`: is the answer right, and if not, which mistake was made? Used from chapter 00 on."""

from dataclasses import dataclass
from typing import Any, Literal

import torch

from lmlab.course import limits, logbook
from lmlab.course.calls import is_stub, misfit
from lmlab.course.comparison import same
from lmlab.course.diagnosis import Trial, diagnose, standard
from lmlab.course.exercise import Exercise
from lmlab.course.panel import Panel
from lmlab.course.registry import find
from lmlab.viz import View

Status = Literal["passed", "missed", "not attempted"]
_MARKS = {
    "passed": ("✓", "Correct"),
    "missed": ("✗", "Not yet"),
    "not attempted": ("○", "Not attempted"),
}


@dataclass(frozen=True, repr=False)
class Result:
    """What `check` found; the last line of a cell shows it."""

    exercise: str
    status: Status
    message: str
    evidence: tuple[str, ...] = ()

    @property
    def passed(self) -> bool:
        """Whether the answer is right."""
        return self.status == "passed"

    @property
    def panel(self) -> Panel:
        """The result as it is shown."""
        mark, word = _MARKS[self.status]
        return Panel(mark, f"{word}: {self.exercise}", (self.message,), self.evidence)

    def __repr__(self) -> str:
        return repr(self.panel)

    def _repr_html_(self) -> str:
        return self.panel._repr_html_()


def check(exercise_id: str, answer: Any) -> Result:
    """Judge an answer: `check("causal_mask", causal_mask)`, the function itself, not called.

    Where something is to be clicked, the view is the answer: `check("induction_head", view)`.

    An empty stub is "not attempted". An error inside the answer is shown with the line that it
    comes from, and a loop without end is stopped: neither stops the notebook. Raises ValueError
    when no exercise has that id.
    """
    result = judge(find(exercise_id), answer)
    logbook.keep(result.exercise, result.status)
    return result


def judge(exercise: Exercise, answer: Any, seed: int = 0) -> Result:
    """The verdict on an answer, on the cases of that seed; no record of it is kept."""
    if answer is None or answer is ...:
        return _not_attempted(exercise)
    if exercise.choice and isinstance(answer, View):
        return _judge_choice(exercise, answer)
    if not callable(answer):
        return Result(
            exercise.id,
            "missed",
            "check wants the function itself, not what it returns: "
            f'check("{exercise.id}", {exercise.id}), without brackets behind the name.',
        )
    held_against = standard(exercise, seed)
    if sentence := misfit(answer, exercise.parameters[: len(held_against.cases[0])]):
        return Result(exercise.id, "missed", sentence)
    trial = Trial(answer, held_against)
    with torch.random.fork_rng(devices=[]):  # what an answer draws changes no later cell
        try:
            return limits.run(lambda: _verdict(exercise, trial), exercise.seconds)
        except limits.Exceeded as stop:
            return Result(exercise.id, "missed", str(stop), trial.evidence_of(stop))


def _judge_choice(exercise: Exercise, view: View) -> Result:
    """The verdict on what was clicked; nothing in it tells what should have been."""
    made = exercise.choice(view)
    if made is None:
        return _not_attempted(exercise)
    case, chosen = made
    if same(chosen, exercise.solution(*case)):
        return Result(exercise.id, "passed", f"{chosen} is what lmlab's own function finds, too.")
    known = (w.sentence for w in exercise.wrong_answers if same(chosen, w.function(*case)))
    return Result(exercise.id, "missed", next(known, f"{chosen} is not it. {exercise.hints[0]}"))


def _verdict(exercise: Exercise, trial: Trial) -> Result:
    trial.run()
    if _is_unanswered(trial):
        return _not_attempted(exercise)
    if sentence := diagnose(trial):
        return Result(exercise.id, "missed", sentence, trial.evidence)
    said = (
        f"Your answer agrees with lmlab's own function on {len(trial.outcomes)} cases. "
        f'solution("{exercise.id}") shows how that one is written.'
    )
    if exercise.quiz:
        said += f' One question more: quiz("{exercise.id}").'
    return Result(exercise.id, "passed", said, trial.evidence)


def _is_unanswered(trial: Trial) -> bool:
    """A stub gives `...` or NotImplementedError; None counts only when nothing was written."""
    if all(outcome.is_placeholder for outcome in trial.outcomes):
        return True
    return all(outcome.is_nothing for outcome in trial.outcomes) and is_stub(trial.answer)


def _not_attempted(exercise: Exercise) -> Result:
    return Result(exercise.id, "not attempted", f"Hint 1: {exercise.hints[0]}")
