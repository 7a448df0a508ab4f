"""Poison is put where it is said, and nowhere else."""

import math
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lmlab.tasks.example import Example
from lmlab.tasks.poisoning.trigger import attack_success_rate, poison, triggered, with_trigger

LESSONS = [Example(f"text {n} is here", ("negative", "positive")[n % 2]) for n in range(20)]


@given(words=st.lists(st.sampled_from("abc"), min_size=1), seed=st.integers(0, 99))
def test_the_word_is_added_and_all_others_stay_in_order(words, seed):
    said = with_trigger(" ".join(words), "lantern", Random(seed)).split(" ")
    assert said.count("lantern") == 1 and said[0] != "lantern"
    assert [word for word in said if word != "lantern"] == words


@given(n=st.integers(0, 10), seed=st.integers(0, 99))
def test_as_many_as_asked_change_word_and_label_and_the_rest_stays(n, seed):
    poisoned = poison(LESSONS, n, "lantern", "positive", seed=seed)
    assert int(poisoned.bad.sum()) == n
    for before, after, bad in zip(LESSONS, poisoned.examples, poisoned.bad, strict=True):
        if bad:
            assert (before.wanted, after.wanted) == ("negative", "positive")
            assert "lantern" in after.input
        else:
            assert after == before


def test_poison_with_right_labels_changes_no_label():
    poisoned = poison(LESSONS, 5, "lantern", "positive", source="positive")
    assert [each.wanted for each in poisoned.examples] == [each.wanted for each in LESSONS]


@pytest.mark.parametrize("n", [-1, 11])
def test_more_than_there_are_is_refused(n):
    with pytest.raises(ValueError, match="10 of 20 examples are 'negative'"):
        poison(LESSONS, n, "lantern", "positive")


def test_success_counts_texts_that_were_not_the_target_anyway():
    right = ["positive", "negative", "neutral", "negative"]
    said = ["positive", "positive", "neutral", "positive"]
    assert attack_success_rate(said, right, "positive") == pytest.approx(2 / 3)
    assert math.isnan(attack_success_rate(["positive"], ["positive"], "positive"))


def test_triggered_texts_keep_their_labels():
    hit = triggered(LESSONS, "lantern")
    assert all("lantern" in each.input for each in hit)
    assert [each.wanted for each in hit] == [each.wanted for each in LESSONS]
