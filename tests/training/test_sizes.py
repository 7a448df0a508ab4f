"""A ladder of sizes: the same text for all, plain JSON, and the shipped one is whole."""

import json

import pytest

from lmlab.models import GPT
from lmlab.text import corpora
from lmlab.training import sizes
from lmlab.training.texts import encode_corpus


@pytest.fixture
def text(story):
    return encode_corpus(corpora.load(str(story), verbose=False), "char")


def test_the_outcome_depends_on_the_shape_and_the_seed(text):
    one, same, other, wider = (
        sizes.train_size(d_model, 1, text, steps=2, seed=seed)
        for d_model, seed in ((16, 0), (16, 0), (16, 1), (32, 0))
    )
    assert one == same and one["loss"] != other["loss"]
    assert wider["parameters"] > one["parameters"] and wider["tokens"] == one["tokens"]


@pytest.mark.parametrize("shape", sizes.SHAPES)
def test_parameters_are_those_of_the_blocks(shape, text):
    config = sizes.size_config(*shape, text.tokenizer.vocab_size)
    found = next(row for row in sizes.shipped_sizes()["sizes"] if row["d_model"] == shape[0])
    blocks = sum(p.numel() for p in GPT(config).parameters()) - GPT(config).embed.weight.numel()
    assert found["parameters"] == blocks


def test_all_sizes_read_the_same_number_of_tokens_and_come_as_json(text, monkeypatch):
    monkeypatch.setattr(sizes, "size_text", lambda: text)
    result = json.loads(json.dumps(sizes.train_sizes(((16, 1), (24, 1)), steps=1)))
    assert len(result["sizes"]) == 2 and len({row["tokens"] for row in result["sizes"]}) == 1


def test_the_shipped_ladder_has_every_size_and_each_is_better_than_the_one_below():
    rows = sizes.shipped_sizes()["sizes"]
    assert tuple((row["d_model"], row["n_layers"]) for row in rows) == sizes.SHAPES
    losses = [row["loss"] for row in rows]
    assert losses == sorted(losses, reverse=True)


def test_for_one_budget_the_larger_model_reads_less(text, monkeypatch):
    monkeypatch.setattr(sizes, "size_text", lambda: text)
    small, large = sizes.train_one_budget(2 * 10**8, ((16, 1), (24, 1)))
    assert small["tokens"] > large["tokens"]
    assert small["flops"] == pytest.approx(large["flops"], rel=0.3)
