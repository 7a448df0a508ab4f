"""Every attack meets every defence, and what is shipped was made so."""

import json
from types import SimpleNamespace

import pytest

from lmlab.tasks.injection import recipe
from lmlab.tasks.injection.prompts import ATTACKS, DEFENCES, attacked, undefended


def obeys_marks(model, tokenizer, texts, defence=undefended):
    """A model that does what a faked turn tells it."""
    return ["Banana!" if "<|im_end|>" in text else "a story" for text in texts]


def test_hits_are_counted_for_every_attack_and_defence(tmp_path, monkeypatch):
    tokenizer = SimpleNamespace(special_tokens={"<|im_end|>": 0, "<|im_start|>": 1})
    monkeypatch.setattr(recipe, "load", lambda *_, **__: (None, tokenizer))
    monkeypatch.setattr(recipe, "answers", obeys_marks)
    path = recipe.write_injection_scores(tmp_path / "scores.json", n=2)
    scores = json.loads(path.read_text())["scores"]
    assert scores.keys() == ATTACKS.keys()
    assert all(set(each) == {*DEFENCES, "marks stripped"} for each in scores.values())
    assert scores["faked user"]["none"] == {"hits": 2, "of": 2, "first": "Banana!"}
    assert scores["faked user"]["marks stripped"]["hits"] == scores["plain"]["none"]["hits"] == 0


def test_stories_are_the_first_sentences_of_different_stories():
    read = recipe.stories(3)
    assert len(set(read)) == 3 and all(story.endswith((".", '"', "!", "?")) for story in read)


@pytest.mark.parametrize("kind", ATTACKS)
def test_parts_stand_in_the_prompt_in_their_order(kind):
    story = recipe.stories(1)[0]
    prompt = "\n".join(turn["content"] for turn in undefended(attacked(story, kind)))
    places = [prompt.find(part) for part in recipe.parts_of(story, kind).values()]
    assert -1 not in places and places == sorted(places)


def test_no_hit_in_six_does_not_prove_that_there_is_none():
    low, high = recipe.interval(0, 6)
    assert low == 0 and 0.3 < high < 0.5
    assert recipe.interval(6, 6)[0] == pytest.approx(1 - high)


def test_the_shipped_scores_are_those_of_the_recipe():
    scores = recipe.injection_scores()
    assert scores["model"] == recipe.MODEL and scores["stories"] == recipe.STORIES
    assert scores["scores"].keys() == ATTACKS.keys()
    for by_defence in scores["scores"].values():
        assert all(
            0 <= each["hits"] <= each["of"] == recipe.STORIES for each in by_defence.values()
        )
