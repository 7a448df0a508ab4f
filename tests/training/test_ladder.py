"""The ladder: every rung learns, equal steps give equal models, the result is JSON."""

import json

import pytest

from lmlab.text import corpora
from lmlab.training import ladder
from lmlab.training.scoreboard import bits_per_char
from lmlab.training.texts import encode_corpus


@pytest.fixture
def text(story):
    return encode_corpus(corpora.load(str(story), verbose=False), "char")


@pytest.mark.parametrize("rung", ladder.NEURAL)
def test_every_rung_learns_something(rung, text):
    few, more = (ladder.climb(rung, text, steps=steps, progress=False) for steps in (1, 12))
    assert bits_per_char(more.model, text.validation) < bits_per_char(few.model, text.validation)
    assert more.tokens > few.tokens > 0 and more.history


def test_equal_steps_and_seed_give_equal_models(text):
    scores = [
        bits_per_char(ladder.climb("GRU", text, steps=3, seed=seed, progress=False).model,
                      text.validation)
        for seed in (1, 1, 2)
    ]  # fmt: skip
    assert scores[0] == scores[1] != scores[2]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("GPU",), "there is no rung 'GPU'; there are neural n-gram, RNN"),
        (("GPT",), "give either steps or seconds"),
    ],
)
def test_a_climb_needs_a_rung_and_a_length(text, arguments, message):
    with pytest.raises(ValueError, match=message):
        ladder.climb(*arguments, text)


def test_the_whole_bench_is_json_and_a_table(story, monkeypatch):
    climb = ladder.climb
    monkeypatch.setattr(ladder, "climb", lambda rung, text, **_: climb(rung, text, steps=2))
    result = ladder.bench_ladder(str(story), 1.0, orders=(2, 3), shares=(0.5,))
    result = json.loads(json.dumps(result))
    assert set(result["curves"]) == set(ladder.NEURAL)
    assert [row["share"] for row in result["shares"]] == [0.5, 1.0]
    assert result["shares"][0]["characters"] < result["shares"][1]["characters"]
    by_name = {row["name"]: row for row in result["board"]}
    blind = by_name["every token alike"]
    assert blind["perplexity_per_word"] > by_name["n-gram, order 2"]["perplexity_per_word"] > 1
    said = ladder.table(result)
    assert "n-gram, order 3" in said and "GPT" in said and "50%" in said


def test_perplexity_per_word_is_bits_per_character_times_characters_per_word(story):
    text = encode_corpus(corpora.load(str(story), verbose=False), "char")
    characters = sum(len(document) for document in text.corpus.validation)
    words = sum(len(d.split()) + d.count("\n") for d in text.corpus.validation)
    assert ladder.words_per_character(text) == pytest.approx(words / characters)
