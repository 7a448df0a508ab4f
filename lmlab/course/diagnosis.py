"""Which mistake was made: the outcomes of an answer beside those of every known wrong answer."""

import copy
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Any

from lmlab.course.calls import Outcome, call, own_line
from lmlab.course.comparison import difference, same, shown
from lmlab.course.exercise import Case, Exercise, Function, WrongAnswer
from lmlab.course.limits import Exceeded, is_memory_error

_MOST_PRINTED = 5  # lines of the answer's own that are shown


@dataclass(frozen=True, eq=False)
class Standard:
    """The cases that answers to an exercise are held against, and what is wanted for each."""

    exercise: Exercise
    cases: tuple[Case, ...]
    wanted: tuple[Any, ...]
    _mistaken: dict[tuple[WrongAnswer, int], Outcome] = field(default_factory=dict)

    def mistaken(self, wrong: WrongAnswer) -> Iterable[Outcome]:
        """What a known wrong answer comes to, case by case; no case is run before it is needed."""
        for place, case in enumerate(self.cases):
            if (wrong, place) not in self._mistaken:
                self._mistaken[wrong, place] = call(wrong.function, case)
            yield self._mistaken[wrong, place]


@lru_cache(maxsize=32)  # learners check again and again
def standard(exercise: Exercise, seed: int) -> Standard:
    """The cases of that seed, and what the package's own function returns for them."""
    cases = tuple(exercise.cases(seed))
    wanted = tuple(exercise.solution(*copy.deepcopy(case)) for case in cases)
    return Standard(exercise, cases, wanted)


@dataclass(frozen=True, eq=False)
class Trial:
    """An answer held against a standard; `outcomes` grows case by case."""

    answer: Function
    standard: Standard
    outcomes: list[Outcome] = field(default_factory=list)

    def run(self) -> None:
        """Call the answer on all cases."""
        for case in self.standard.cases:
            self.outcomes.append(call(self.answer, case))

    @cached_property
    def first_miss(self) -> int | None:
        """The first case that the answer gets wrong, if any; once all cases were run."""
        for place, pair in enumerate(zip(self.outcomes, self.standard.wanted, strict=True)):
            if _what_is_wrong(*pair):
                return place
        return None

    @property
    def evidence(self) -> tuple[str, ...]:
        """The first missed case in print: what went in, what came out, what is wanted."""
        if self.first_miss is None:
            return self.printed(0)
        outcome = self.outcomes[self.first_miss]
        if outcome.error:
            came = (f"yours:  {_named(outcome.error)}", own_line(outcome.error) or "")
        else:
            came = (f"yours:  {shown(outcome.value)}",)
        wanted = f"wanted: {shown(self.standard.wanted[self.first_miss])}"
        lines = (*self.given(self.first_miss), *came, wanted, *self.printed(self.first_miss))
        return tuple(filter(None, lines))

    def evidence_of(self, stop: Exceeded) -> tuple[str, ...]:
        """What went in when the answer had to be stopped, and the line that it was in."""
        place = len(self.outcomes)
        given = self.given(place) if place < len(self.standard.cases) else ()
        return (*given, f"stopped in {own_line(stop) or 'code that cannot be shown'}")

    def given(self, place: int) -> tuple[str, ...]:
        """The arguments of a case, by name."""
        named = zip(self.standard.exercise.parameters, self.standard.cases[place], strict=False)
        return tuple(f"{name} = {shown(value)}" for name, value in named)

    def printed(self, place: int) -> tuple[str, ...]:
        """The first lines that the answer itself wrote in that case."""
        lines = self.outcomes[place].printed.splitlines()
        more = ("…",) if len(lines) > _MOST_PRINTED else ()
        return (*(f"printed: {line[:200]}" for line in lines[:_MOST_PRINTED]), *more)


def diagnose(trial: Trial) -> str | None:
    """One sentence on what is wrong, the most telling that is known; None for a right answer."""
    if trial.first_miss is None:
        return _changed_input(trial) or _broken_invariant(trial)
    outcome = trial.outcomes[trial.first_miss]
    wrong = _what_is_wrong(outcome, trial.standard.wanted[trial.first_miss])
    if sentence := _known_mistake(trial):
        return sentence
    if outcome.error:
        return wrong
    return _moodiness(trial) or " ".join(filter(None, (_broken_invariant(trial), wrong)))


def _known_mistake(trial: Trial) -> str | None:
    for wrong in trial.standard.exercise.wrong_answers:
        theirs = trial.standard.mistaken(wrong)
        if all(map(Outcome.resembles, trial.outcomes, theirs)):
            return wrong.sentence
    return None


def _moodiness(trial: Trial) -> str | None:
    """A sentence when another call with the same input gives something else."""
    place = trial.first_miss
    first, wanted = trial.outcomes[place], trial.standard.wanted[place]
    can_be_compared = type(first.value) is type(wanted) and first.resembles(first)
    if not can_be_compared or call(trial.answer, trial.standard.cases[place]).resembles(first):
        return None
    return (
        "Called twice with the same input, your function gives two different results: does it draw "
        "random numbers, or keep something from one call to the next?"
    )


def _broken_invariant(trial: Trial) -> str | None:
    for invariant in trial.standard.exercise.invariants:
        for case in trial.standard.cases:
            holds = call(lambda *values: invariant.holds(trial.answer, *values), case)  # noqa: B023
            if holds.value is False:  # an error here says nothing: the answer is of another kind
                return invariant.sentence
    return None


def _changed_input(trial: Trial) -> str | None:
    for case, outcome in zip(trial.standard.cases, trial.outcomes, strict=True):
        for name, before, after in zip(
            trial.standard.exercise.parameters, case, outcome.arguments, strict=False
        ):
            if not same(after, before):
                return (
                    f"The result is right, but your function changes {name}, which belongs to the "
                    "caller: make a new tensor instead of writing into it."
                )
    return None


def _what_is_wrong(outcome: Outcome, wanted: Any) -> str | None:
    if outcome.error:
        return _what_stopped_it(outcome.error)
    if outcome.is_nothing:
        return "Your function returns None: is the line with `return` missing?"
    return difference(outcome.value, wanted)


def _what_stopped_it(error: BaseException) -> str:
    if is_memory_error(error):
        return "Your code asks for more memory than there is: what shape has its largest tensor?"
    if isinstance(error, RecursionError):
        return "Your function calls itself without end: when is it to stop?"
    if isinstance(error, SystemExit):
        return "Your code calls exit(), which would end the whole notebook: use `return` instead."
    return f"Your code stopped with {_named(error)}"


def _named(error: BaseException) -> str:
    """The error as Python prints it; its first line only, for PyTorch adds a stack of C++."""
    return f"{type(error).__name__}: {error}".strip().splitlines()[0]
