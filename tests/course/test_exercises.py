"""The proof of every exercise: the reference passes, each mistake is named by its own sentence."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lmlab.course.build import CHAPTERS
from lmlab.course.checking import judge
from lmlab.course.registry import all_exercises

EXERCISES = list(all_exercises().values())
WRONG_ANSWERS = [
    pytest.param(exercise, wrong, id=f"{exercise.id}-{number}")
    for exercise in EXERCISES
    for number, wrong in enumerate(exercise.wrong_answers, start=1)
]
SEEDS = 5

each_exercise = pytest.mark.parametrize("exercise", EXERCISES, ids=lambda exercise: exercise.id)


@each_exercise
def test_reference_passes(exercise):
    for seed in range(SEEDS):
        assert judge(exercise, exercise.solution, seed).passed


@each_exercise
def test_stub_is_not_attempted(exercise):
    def empty(*values): ...

    def placeholder(*values):
        return ...

    def not_written(*values):
        raise NotImplementedError("write your answer here")

    for stub in (empty, placeholder, not_written, None, ...):
        result = judge(exercise, stub)
        assert result.status == "not attempted"
        assert exercise.hints[0] in result.message


@pytest.mark.parametrize(("exercise", "wrong"), WRONG_ANSWERS)
def test_wrong_answer_gets_its_own_sentence(exercise, wrong):
    for seed in range(SEEDS):
        result = judge(exercise, wrong.function, seed)
        assert result.status == "missed"
        assert result.message == wrong.sentence
        assert result.evidence


@each_exercise
def test_sentences_are_all_different(exercise):
    sentences = [wrong.sentence for wrong in exercise.wrong_answers]
    sentences += [invariant.sentence for invariant in exercise.invariants]
    assert len(set(sentences)) == len(sentences)
    assert len(exercise.wrong_answers) >= 3


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
    assert f"def {exercise.id}(" in text
    assert f'check("{exercise.id}", {exercise.id})' in text
