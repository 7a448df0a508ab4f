"""The proof of every exercise: the reference passes, each mistake is named by its own sentence.

`tests/conftest.py` prints what was proved as a table, one line for each exercise.
"""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lmlab.course.build import CHAPTERS
from lmlab.course.checking import judge
from lmlab.course.exercise import WrongAnswer
from lmlab.course.registry import all_exercises, find

EXERCISES = list(all_exercises().values())
WRONG_ANSWERS = [
    pytest.param(exercise, wrong, id=f"{exercise.id}-{number}")
    for exercise in EXERCISES
    for number, wrong in enumerate(exercise.wrong_answers, start=1)
]

each_exercise = pytest.mark.parametrize("exercise", EXERCISES, ids=lambda exercise: exercise.id)
each_wrong_answer = pytest.mark.parametrize(("exercise", "wrong"), WRONG_ANSWERS)
each_number_of_seeds = pytest.mark.parametrize(
    "seeds", [3, pytest.param(20, marks=pytest.mark.long)]
)


@pytest.fixture
def prove(record_property):
    """A function that runs a proof, whose outcome then counts in the table."""

    def run(proof, exercise, *case):
        record_property("proof", (exercise.number, exercise.id, proof.__name__))
        proof(exercise, *case)

    return run


def reference(exercise, seeds):
    """The package's own function passes."""
    for seed in range(seeds):
        assert judge(exercise, exercise.solution, seed).passed


def stub(exercise, seeds):
    """An empty stub is not attempted, however it is written."""

    def empty(*values): ...

    def placeholder(*values):
        return ...

    def not_written(*values):
        raise NotImplementedError("write your answer here")

    for answer in (empty, placeholder, not_written, None, ...):
        result = judge(exercise, answer, seeds)
        assert result.status == "not attempted"
        assert exercise.hints[0] in result.message


def wrong_answer(exercise, wrong, seeds):
    """A known mistake is missed, and gets the sentence that belongs to it."""
    for seed in range(seeds):
        result = judge(exercise, wrong.function, seed)
        assert result.status == "missed"
        assert result.message == wrong.sentence
        assert result.evidence


@each_number_of_seeds
@each_exercise
def test_reference_passes(exercise, seeds, prove):
    prove(reference, exercise, seeds)


@each_exercise
def test_stub_is_not_attempted(exercise, prove):
    prove(stub, exercise, 0)


@each_number_of_seeds
@each_wrong_answer
def test_wrong_answer_gets_its_own_sentence(exercise, wrong, seeds, prove):
    prove(wrong_answer, exercise, wrong, seeds)


MASK = find("causal_mask")


def broken(*added):
    """A registry's exercise with further wrong answers, some of which are badly chosen."""
    return replace(MASK, wrong_answers=(*added, *MASK.wrong_answers))


def test_proof_fails_when_a_wrong_answer_is_right():
    wrong = WrongAnswer(MASK.solution, "This is said to be wrong, and is not.")
    with pytest.raises(AssertionError):
        wrong_answer(broken(wrong), wrong, seeds=1)


def test_proof_fails_when_a_wrong_answer_gets_anothers_sentence():
    twin = WrongAnswer(MASK.wrong_answers[0].function, "The same mistake, in other words.")
    wrong_answer(broken(twin), twin, seeds=1)
    with pytest.raises(AssertionError):
        wrong_answer(broken(twin), MASK.wrong_answers[0], seeds=1)


def test_proof_fails_when_the_reference_is_judged_wrong():
    wrong_reference = replace(MASK, invariants=(replace(MASK.invariants[0], holds=never),))
    with pytest.raises(AssertionError):
        reference(wrong_reference, seeds=1)


def never(answer, *case):
    return False


@each_exercise
def test_sentences_are_all_different(exercise):
    sentences = [wrong.sentence for wrong in exercise.wrong_answers]
    sentences += [invariant.sentence for invariant in exercise.invariants]
    assert len(set(sentences)) == len(sentences)
    assert len(exercise.wrong_answers) >= 5


@each_exercise
def test_invariants_hold_for_the_reference(exercise):
    for invariant in exercise.invariants:
        for case in exercise.cases(seed=1):
            assert invariant.holds(exercise.solution, *case), invariant.name


@each_exercise
@settings(max_examples=5, deadline=None)
@given(seed=st.integers(0, 2**31))
def test_cases_depend_on_the_seed_alone(exercise, seed):
    assert str(list(exercise.cases(seed))) == str(list(exercise.cases(seed)))


@each_exercise
def test_card_is_complete(exercise):
    assert exercise.difficulty in (1, 2, 3)
    assert exercise.minutes > 0
    assert len(exercise.hints) >= 2


@each_exercise
def test_chapter_has_the_heading_the_stub_and_the_check(exercise):
    source = CHAPTERS / "source" / f"{exercise.chapter}.py"
    if not source.is_file():
        pytest.skip(f"{source.name} is not written yet")
    text = source.read_text(encoding="utf-8")
    assert exercise.heading in text
    if exercise.choice:  # the view in which one clicks stands where the stub would
        assert f'check("{exercise.id}", view)' in text and "live=True" in text
    else:
        assert f"def {exercise.id}(" in text
        assert f'check("{exercise.id}", {exercise.id})' in text
