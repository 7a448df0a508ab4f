"""Answers are compared as SQuAD's script compares them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lmlab.tasks.answers import best, exact_match, normalise_answer, token_f1
from lmlab.tasks.example import Example

TEXTS = st.text(alphabet="abthen .,'", max_size=12)


@pytest.mark.parametrize(
    ("text", "normal"),
    [
        ("The  Eiffel Tower!", "eiffel tower"),
        ("a theme, an ant; the end", "theme ant end"),
        ("U.S.A.", "usa"),
        ("the-a", "thea"),  # punctuation goes first, so that no article is left to see
        (" \t\n", ""),
        ("小猫。", "小猫。"),  # the script knows ASCII's punctuation alone
    ],
)
def test_case_punctuation_articles_and_spaces_do_not_count(text, normal):
    assert normalise_answer(text) == normal


@given(TEXTS)
def test_normalising_twice_changes_little_and_only_new_articles(text):
    once = normalise_answer(text)
    assert once == " ".join(once.split()) and not set(once) & set(".,'")


@pytest.mark.parametrize(
    ("said", "wanted", "f1"),
    [
        ("a yellow hat", "the yellow hat", 1.0),
        ("yellow hat", "the hat", 2 / 3),
        ("behind the big rock", "behind a rock", 0.8),
        ("hat hat hat", "hat", 0.5),  # one of three words is shared
        ("Jack", "Lucy", 0.0),
        ("", "", 1.0),
        ("", "Lucy", 0.0),
        ("the", "", 1.0),  # nothing is left of an article
    ],
)
def test_f1_counts_the_words_that_both_have(said, wanted, f1):
    assert token_f1(said, wanted) == pytest.approx(f1)


@given(TEXTS, TEXTS)
def test_f1_is_symmetric_and_one_for_exact_matches(said, wanted):
    f1 = token_f1(said, wanted)
    assert 0 <= f1 <= 1 and f1 == token_f1(wanted, said)
    if exact_match(said, wanted):
        assert f1 == 1


def test_the_nearest_of_the_accepted_answers_counts():
    example = Example(None, ("Lucy", "the girl Lucy", "..."))
    assert best(token_f1, "girl", example) == pytest.approx(2 / 3)
    assert best(exact_match, "lucy", example) == 1
    assert best(exact_match, "", example) == 0  # "..." is no answer, and others are there
    assert best(exact_match, "", Example(None, ("",))) == 1
