"""The list of words: polarities, negations, and what is beyond it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lmlab.tasks.sentiment.lexicon import NEGATIONS, POLARITY, by_lexicon, lexicon_score, majority

words = st.lists(st.sampled_from([*list(POLARITY)[:5], *sorted(NEGATIONS)[:2], "the", "was"]))


@given(words)
def test_without_reach_a_negation_does_nothing(text):
    plain = sum(POLARITY.get(word, 0) for word in text)
    assert lexicon_score(text, POLARITY, NEGATIONS, 0) == plain
    assert lexicon_score(text, POLARITY, frozenset(), 3) == plain


@given(words)
def test_behind_a_negation_that_reaches_all_the_score_is_turned(text):
    plain = lexicon_score(text, POLARITY, frozenset(), 0)
    assert lexicon_score(["not", *text], POLARITY, {"not"}, len(text) + 1) == -plain


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("Mia lost the hat. She was happy.", "positive"),
        ("Mia was glad. She was NOT happy.", "negative"),
        ("She was not sad any more.", "positive"),
        ("Tom went home.", "neutral"),
        ("Tom had been sad, but was happy.", "neutral"),
        ("", "neutral"),
        ("你好", "neutral"),
    ],
)
def test_the_last_sentence_decides(text, label):
    assert by_lexicon([text]) == [label]


def test_the_majority_is_always_the_same():
    assert majority(["a", ""]) == ["positive", "positive"]
