"""Endings are drawn the same each time, of every kind, and their labels are not in their words."""

import re
from collections import Counter
from itertools import pairwise

import pytest

from lmlab.tasks.sentiment.stories import (
    LABELS,
    SENTIMENT,
    TURNED,
    TWO_PEOPLE,
    last_sentence,
    town_endings,
)
from lmlab.tasks.task import town_stories


def test_each_story_gives_one_example_and_always_the_same():
    examples = SENTIMENT.examples("held-out", 40)
    assert len({example.input for example in examples}) == 40
    assert examples[:30] == SENTIMENT.examples("held-out", 30)
    assert {example.wanted for example in examples} <= set(LABELS)


@pytest.mark.parametrize("split", ["held-out", "composed"])
def test_every_kind_of_ending_occurs(split):
    counts = Counter(example.category for example in SENTIMENT.examples(split, 200))
    assert counts.keys() == {"plain", "negated", "unsaid", "turned", "two people"}
    assert all(n > 5 for n in counts.values())


def test_every_other_story_is_as_the_town_tells_it():
    for example, story in zip(town_endings("train", 20), town_stories("train", 20), strict=True):
        as_told = example.input == story.english
        assert as_told == bool(story.number % 2)
        assert example.input.startswith(story.english)
        if as_told:
            assert example.wanted == story.sentiment


def test_an_added_ending_does_not_depend_on_how_the_story_went():
    pairs = zip(town_endings("train", 1200), town_stories("train", 1200), strict=True)
    added = [(story.sentiment, each.wanted) for each, story in pairs if not story.number % 2]
    share = {
        told: sum(1 for one, label in added if one == told and label == "positive")
        / sum(1 for one, _ in added if one == told)
        for told in ("positive", "negative")
    }
    assert all(0.4 < each < 0.6 for each in share.values())


def words(sentence):
    return re.findall(r"\w+", sentence)


@pytest.mark.parametrize("sentence", [*TURNED, *TWO_PEOPLE])
def test_feelings_exchanged_leave_the_same_words(sentence):
    one = sentence.format(A="Mia", B="Tom", said="sad", other="glad")
    two = sentence.format(A="Mia", B="Tom", said="glad", other="sad")
    assert one != two
    assert Counter(words(one)) == Counter(words(two))


@pytest.mark.parametrize("sentence", TWO_PEOPLE)
def test_with_two_people_even_the_pairs_of_words_are_the_same(sentence):
    def pairs(said, other):
        told = words(sentence.format(A="Mia", B="Tom", said=said, other=other))
        return Counter(pair for pair in pairwise(told) if {"sad", "glad"} & set(pair))

    assert pairs("sad", "glad") == pairs("glad", "sad")


@pytest.mark.parametrize(
    ("text", "last"),
    [
        ("He ran. She was sad.", "She was sad."),
        ('"Come!" said Mia. "I am here," said Tom.', '"I am here," said Tom.'),
        ("One only", "One only"),
        ("", ""),
    ],
)
def test_the_last_sentence(text, last):
    assert last_sentence(text) == last
