"""How translators are made: one vocabulary, pairs as ids, a run that leaves a model folder."""

import json

import pytest

from lmlab.models import EncoderDecoder
from lmlab.pretrained import locate
from lmlab.tasks import SPLITS, Example, Task, metrics
from lmlab.tasks.teaching import RECORD, encode_pairs
from lmlab.tasks.translation import sentences, town_pairs
from lmlab.tasks.translation.recipe import (
    RECIPES,
    Recipe,
    learn_vocabulary,
    train_translator,
)
from lmlab.text.tokenizer import load_tokenizer
from lmlab.training import TrainingConfig

BACK = "town-translator-back"
TINY = Task(
    "tiny", lambda split, n: [Example(*pair) for pair in PAIRS[:n]], {"chrF": metrics.chrf()}
)
PAIRS = [("the kite", "风筝"), ("a red kite", "红色的风筝"), ("the hat", "帽子")] * 4


def test_each_chinese_character_is_one_token():
    tokenizer = learn_vocabulary(PAIRS, 320)
    assert tokenizer.tokens(tokenizer.encode("红色的风筝")) == list("红色的风筝")


def test_frequent_english_words_are_one_token():
    tokenizer = learn_vocabulary(PAIRS, 320)
    assert " kite" in tokenizer.tokens(tokenizer.encode("the kite"))


def test_targets_begin_and_end_with_the_mark():
    tokenizer = learn_vocabulary(PAIRS, 300)
    pairs = encode_pairs(PAIRS[:1], tokenizer)
    assert pairs.begin_id == pairs.labels[0, -1] == tokenizer.eos_id
    assert tokenizer.decode(pairs.labels[0, :-1]) == "风筝"


@pytest.fixture
def tiny(monkeypatch):
    """A recipe of a few steps under the name "tiny"."""
    training = TrainingConfig(steps=4, batch_size=2, evaluate_every=2, checkpoint_every=2)
    model = dict(d_model=8, d_ff=8, context_length=16)
    monkeypatch.setitem(
        RECIPES, "tiny", Recipe("ours", TINY, SPLITS, lambda split: PAIRS, 300, model, training)
    )


def test_a_run_leaves_a_model_its_tokenizer_and_a_record(tiny, tmp_path):
    result = train_translator("tiny", tmp_path, progress=False)
    model, tokenizer = EncoderDecoder.from_pretrained(tmp_path), load_tokenizer(tmp_path)
    assert model.config == result.model.config
    assert model.config.vocab_size == tokenizer.vocab_size
    record = json.loads((tmp_path / RECORD).read_text())
    assert record["recipe"] == "tiny" and record["pairs"] == len(PAIRS)
    assert [row["step"] for row in record["history"]] == [2, 4]


def test_a_broken_run_goes_on_to_the_same_weights(tiny, tmp_path):
    class Stop:
        def on_step(self, row):
            if row["step"] == 3:
                raise KeyboardInterrupt

    whole = train_translator("tiny", tmp_path / "whole", progress=False)
    broken = train_translator("tiny", tmp_path / "broken", progress=False, callbacks=[Stop()])
    assert broken.reason == "interrupted"
    assert not (tmp_path / "broken" / RECORD).exists()
    resumed = train_translator("tiny", tmp_path / "broken", resume=True, progress=False)
    for one, other in zip(whole.model.parameters(), resumed.model.parameters(), strict=True):
        assert one.equal(other)


def test_shipped_recipes_are_small():
    for each in RECIPES.values():
        model = EncoderDecoder(each.model_config(each.vocab_size))
        assert model.num_parameters() < 1_500_000


def test_every_recipe_names_the_licence_of_its_text_where_the_card_can_be_read():
    for name, each in RECIPES.items():
        card = (locate(name) / "README.md").read_text(encoding="utf-8")
        assert f"MIT for the weights, {each.text_licence} for the text" in card


def test_the_way_back_reads_the_same_pairs_the_other_way_round(monkeypatch):
    monkeypatch.setattr(sentences, "STORIES", 5)
    town_pairs.cache_clear()
    there, back = (RECIPES[name].pairs("train") for name in ("town-translator", BACK))
    town_pairs.cache_clear()
    assert [(chinese, english) for english, chinese in there] == list(back)
