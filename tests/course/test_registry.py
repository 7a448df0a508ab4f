import pytest

from lmlab.course.registry import all_exercises, find


def test_exercises_stand_in_the_order_of_the_chapters():
    chapters = [exercise.chapter for exercise in all_exercises().values()]
    assert chapters == sorted(chapters)


def test_numbers_are_unique():
    numbers = [exercise.number for exercise in all_exercises().values()]
    assert len(set(numbers)) == len(numbers)


def test_exercise_is_found_by_its_id():
    exercise = find("causal_mask")
    assert exercise.heading == "Exercise 0.2 · ★★ · 10 min"
    assert exercise.parameters[:2] == ("query_len", "key_len")


def test_unknown_id_is_answered_with_those_there_are():
    with pytest.raises(ValueError, match="no exercise 'zzz'; there is next_token_probabilities"):
        find("zzz")
