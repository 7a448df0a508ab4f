"""TF-IDF learns which words go with which label, and sees no order beyond pairs."""

import pytest

from lmlab.tasks.example import Example
from lmlab.tasks.sentiment.stories import last_sentence
from lmlab.tasks.sentiment.weighed_words import learn_tfidf

LESSONS = [
    Example("The day was fine. Tom was glad.", "positive"),
    Example("The day was fine. Tom was sad.", "negative"),
    Example("Mia was glad today.", "positive"),
    Example("Mia was sad today.", "negative"),
]


def test_it_gives_a_probability_to_each_label():
    (shares,) = learn_tfidf(LESSONS)(["Ben was glad."])
    assert set(shares) == {"positive", "negative"}
    assert sum(shares.values()) == pytest.approx(1)
    assert shares["positive"] > 0.5


def test_it_reads_the_part_that_it_is_told_to_read():
    model = learn_tfidf(LESSONS, part=last_sentence)
    one, other = model(["Tom was sad. Mia was glad.", "Mia was glad."])
    assert one == other


def test_unknown_and_empty_texts_get_an_answer_of_a_kind():
    assert len(learn_tfidf(LESSONS)(["", "你好"])) == 2
