"""Parts stand where they are said to stand, none within another, and each story gives one try."""

from itertools import pairwise

import pytest

from lmlab.tasks.semantic_analysis.sentences import (
    PRONOUNS,
    ROLES,
    SEMANTIC_ROLES,
    analysed,
    town_sentences,
)
from lmlab.text import town


def test_parts_are_words_of_the_sentence_in_order_and_share_none():
    for sentence, parts, _ in town_sentences("train", 60):
        assert {part.role for part in parts} <= set(ROLES)
        assert all(sentence[part.start : part.end] == part.text for part in parts)
        assert all(one.end <= other.start for one, other in pairwise(parts))


def test_sentences_and_events_are_those_of_the_story():
    story = town.generate(1)[0]
    found = analysed(story)
    assert " ".join(each.sentence for each in found) == story.english
    assert [each.event for each in found] == [event.kind for event in story.scene.events]


def test_a_thing_within_a_cause_belongs_to_the_cause():
    causes = [each for each in town_sentences("train", 60) if "because" in each.sentence]
    assert causes
    for sentence, parts, _ in causes:
        behind = [part for part in parts if part.start > sentence.index("because")]
        assert len([part for part in behind if part.role == "theme"]) < 2


def test_each_story_gives_one_example_and_always_the_same():
    examples = SEMANTIC_ROLES.examples("held-out", 30)
    assert examples[:20] == SEMANTIC_ROLES.examples("held-out", 20)
    assert len(examples) == 30


@pytest.mark.parametrize("split", ["held-out", "composed"])
def test_categories_say_what_is_in_the_sentence(split):
    examples = SEMANTIC_ROLES.examples(split, 120)
    assert {each.category for each in examples} == {"speech", "cause", "pronoun", "plain"}
    for each in examples:
        texts = {part.text.lower() for part in each.wanted}
        assert (each.category == "speech") == ('"' in each.input)
        assert each.category != "plain" or texts.isdisjoint(PRONOUNS)


def test_what_is_wanted_scores_100_and_nothing_scores_0():
    examples = SEMANTIC_ROLES.examples("held-out", 10)
    wanted = [each.wanted for each in examples]
    for metric in SEMANTIC_ROLES.metrics.values():
        assert metric(wanted, wanted) == 100
        assert metric([frozenset()] * 10, wanted) == 0
