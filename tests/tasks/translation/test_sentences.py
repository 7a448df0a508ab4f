"""Sentences to translate: new ones, one of a story, the same each time."""

import re

import pytest

from lmlab.tasks.translation import sentences
from lmlab.tasks.translation.sentences import (
    TATOEBA,
    TRANSLATION,
    TRANSLATION_BACK,
    copy,
    tatoeba_pairs,
    town_pairs,
)
from lmlab.text.corpora import Pair
from lmlab.text.town import generate
from lmlab.text.town.lexicon import NAMES
from lmlab.text.town.scenes import DEEDS, held_out

NEVER = {
    name: [deed for deed in DEEDS if held_out(number, deed)]
    for number, (name, _, _) in enumerate(NAMES)
}
"""What each person is seen to do in the held-out stories alone."""


@pytest.fixture(autouse=True)
def few_stories(monkeypatch):
    """Training stories enough for a test, and none left over for others."""
    monkeypatch.setattr(sentences, "STORIES", 60)
    town_pairs.cache_clear()
    yield
    town_pairs.cache_clear()


@pytest.mark.parametrize("split", ["held-out", "composed"])
def test_no_sentence_was_learned_from_and_no_two_come_from_one_story(split):
    drawn = TRANSLATION.examples(split, 20)
    known = {english for english, _ in town_pairs()}
    stories = generate(40, split={"held-out": "test", "composed": "holdout"}[split])
    homes = [
        next(i for i, story in enumerate(stories) if (each.input, each.wanted) in story.pairs)
        for each in drawn
    ]
    assert len(drawn) == 20 and not {each.input for each in drawn} & known
    assert homes == sorted(set(homes))


def test_examples_are_the_same_each_time():
    assert TRANSLATION.examples("held-out", 10) == TRANSLATION.examples("held-out", 10)


def test_a_composed_sentence_names_somebody_who_does_what_no_training_story_tells_of_them():
    found = 0
    for story in generate(20, split="holdout"):
        for number, (event, (english, _)) in enumerate(
            zip(story.scene.events, story.pairs, strict=True)
        ):
            if sentences._fits(story, number, "composed"):
                held = [name for name, deeds in NEVER.items() if event.kind in deeds]
                assert any(re.search(rf"\b{name}\b", english) for name in held)
                found += 1
    assert found > 10


def test_no_training_sentence_would_count_as_composed():
    assert not any(
        sentences._fits(story, number, "composed")
        for story in generate(60)
        for number in range(len(story.pairs))
    )


@pytest.mark.parametrize("split", ["held-out", "composed"])
def test_on_the_way_back_no_chinese_sentence_was_learned_from(split):
    drawn = TRANSLATION_BACK.examples(split, 20)
    known = {chinese for _, chinese in town_pairs()}
    assert len(drawn) == 20 and not {each.input for each in drawn} & known
    for each in drawn:
        assert re.search("[\u4e00-\u9fff]", each.input) and each.wanted.isascii()
        assert each.category == ("pronoun" if set("他她它") & set(each.input) else "no pronoun")


def test_sentences_with_a_pronoun_are_counted_apart():
    for each in TRANSLATION.examples("held-out", 20):
        words = each.input.lower().replace(".", "").replace(",", "").replace('"', "").split()
        has_one = bool({"he", "she", "it", "they", "him", "her", "his", "them"} & set(words))
        assert each.category == ("pronoun" if has_one else "no pronoun")


def test_long_real_sentences_are_left_out(monkeypatch):
    pairs = [Pair("Go.", "Ve."), Pair("Go.", "Vete."), Pair("x" * 41, "y"), Pair("Hi.", "Hola.")]
    monkeypatch.setattr(
        sentences.corpora,
        "load",
        lambda name: type("C", (), {"documents": lambda _, split: pairs})(),
    )
    assert tatoeba_pairs() == [("Go.", "Ve."), ("Go.", "Vete."), ("Hi.", "Hola.")]
    drawn = TATOEBA.examples("held-out", 10)
    assert sorted(each.input for each in drawn) == ["Go.", "Hi."]


def test_real_sentences_have_no_composed_split():
    with pytest.raises(ValueError, match="'held-out'"):
        TATOEBA.examples("composed", 5)


def test_the_copy_translates_nothing():
    assert copy(("a", "b")) == ["a", "b"]
