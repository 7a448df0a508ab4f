"""Which mistake was made: the outcomes of an answer beside those of every known wrong answer."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from lmlab.course.calls import Outcome, call, own_line
from lmlab.course.comparison import difference, same, shown
from lmlab.course.exercise import Case, Exercise, Function


@dataclass(frozen=True)
class Trial:
    """An answer on all cases, beside what is wanted."""

    exercise: Exercise
    answer: Function
    cases: tuple[Case, ...]

    @cached_property
    def outcomes(self) -> tuple[Outcome, ...]:
        """What the answer came to, case by case."""
        return tuple(call(self.answer, case) for case in self.cases)

    @cached_property
    def wanted(self) -> tuple[Any, ...]:
        """What the package's own function returns, case by case."""
        return tuple(self.exercise.solution(*case) for case in self.cases)

    @cached_property
    def first_miss(self) -> int | None:
        """The first case that the answer gets wrong, if any."""
        for place, (outcome, wanted) in enumerate(zip(self.outcomes, self.wanted, strict=True)):
            if _what_is_wrong(outcome, wanted):
                return place
        return None

    @property
    def evidence(self) -> tuple[str, ...]:
        """The first missed case in print: what went in, what came out, what is wanted."""
        if self.first_miss is None:
            return ()
        case, outcome = self.cases[self.first_miss], self.outcomes[self.first_miss]
        names = self.exercise.parameters
        given = [f"{name} = {shown(value)}" for name, value in zip(names, case, strict=False)]
        if outcome.error:
            came = (f"yours:  {_named(outcome.error)}", own_line(outcome.error))
        else:
            came = (f"yours:  {shown(outcome.value)}",)
        wanted = f"wanted: {shown(self.wanted[self.first_miss])}"
        return tuple(line for line in (*given, *came, wanted) if line)


def diagnose(trial: Trial) -> str | None:
    """One sentence on what is wrong, the most telling that is known; None for a right answer."""
    if trial.first_miss is None:
        return _changed_input(trial) or _broken_invariant(trial)
    outcome, wanted = trial.outcomes[trial.first_miss], trial.wanted[trial.first_miss]
    if sentence := _known_mistake(trial):
        return sentence
    if outcome.error:
        return _what_is_wrong(outcome, wanted)
    return " ".join(filter(None, (_broken_invariant(trial), _what_is_wrong(outcome, wanted))))


def _known_mistake(trial: Trial) -> str | None:
    for wrong in trial.exercise.wrong_answers:
        theirs = (call(wrong.function, case) for case in trial.cases)
        if all(map(Outcome.resembles, trial.outcomes, theirs)):
            return wrong.sentence
    return None


def _broken_invariant(trial: Trial) -> str | None:
    for invariant in trial.exercise.invariants:
        for case in trial.cases:
            holds = call(lambda *values: invariant.holds(trial.answer, *values), case)  # noqa: B023
            if holds.value is False:  # an error here says nothing: the answer is of another kind
                return invariant.sentence
    return None


def _changed_input(trial: Trial) -> str | None:
    for case, outcome in zip(trial.cases, trial.outcomes, strict=True):
        for name, before, after in zip(
            trial.exercise.parameters, case, outcome.arguments, strict=False
        ):
            if not same(after, before):
                return (
                    f"The result is right, but your function changes {name}, which belongs to the "
                    "caller: make a new tensor instead of writing into it."
                )
    return None


def _what_is_wrong(outcome: Outcome, wanted: Any) -> str | None:
    if outcome.error:
        return f"Your code stopped with {_named(outcome.error)}"
    if outcome.is_nothing:
        return "Your function returns None: is the line with `return` missing?"
    return difference(outcome.value, wanted)


def _named(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"
