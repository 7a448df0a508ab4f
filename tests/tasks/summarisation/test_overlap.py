"""ROUGE-L by hand is that of rouge-score, and its subsequence is one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rouge_score.rouge_scorer import RougeScorer

from lmlab.tasks.summarisation.overlap import lcs_length, rouge_l, words_of

LIBRARY = RougeScorer(["rougeL"])
few_words = st.lists(st.sampled_from(["mia", "lost", "a", "kite"]), max_size=9)


@given(few_words, few_words)
def test_rouge_l_is_that_of_the_library(said, wanted):
    said, wanted = " ".join(said), " ".join(wanted)
    assert rouge_l(said, wanted) == pytest.approx(LIBRARY.score(wanted, said)["rougeL"].fmeasure)


def test_the_published_example_of_lin():
    reference = "police killed the gunman"
    assert rouge_l("police kill the gunman", reference) == pytest.approx(3 / 4)
    assert rouge_l("the gunman kill police", reference) == pytest.approx(2 / 4)


@given(few_words, few_words)
def test_a_subsequence_is_no_longer_than_either_text(first, second):
    assert 0 <= lcs_length(first, second) <= min(len(first), len(second))
    assert lcs_length(first, second) == lcs_length(second, first)
    assert lcs_length(first, [*first[::2], "x"]) == len(first[::2])


def test_words_are_as_the_library_has_them():
    assert words_of('"Here it IS," said Tom (7).') == ["here", "it", "is", "said", "tom", "7"]
    assert words_of("你好") == []
    assert rouge_l("", "你好") == 0
