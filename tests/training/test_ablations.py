"""Ablations: what is taken out is gone, what is left is the same, and each one trains."""

import json
import math

import pytest
import torch

from lmlab.models import TransformerConfig
from lmlab.text import corpora
from lmlab.training import Validation
from lmlab.training.ablations import (
    PARTS,
    bench_ablations,
    bits_when_writing,
    shipped_result,
    table,
    train_without,
    without,
)
from lmlab.training.texts import encode_corpus

CONFIG = TransformerConfig(vocab_size=32, context_length=8, d_model=8, n_layers=2, n_heads=2)


@pytest.fixture
def text(story):
    return encode_corpus(corpora.load(str(story), verbose=False), "char")


def make(part, config=CONFIG):
    torch.manual_seed(0)
    model = without(part, config).eval()
    with torch.no_grad():  # large weights: every part has its say
        for block in model.blocks:
            for weight in block.parameters():
                weight *= 30 if weight.ndim == 2 else 1
    return model


def logits(part, ids):
    with torch.no_grad():
        return make(part)(ids)


def moved(part, position):
    """Which positions' logits change with the token at one position."""
    ids = torch.arange(6)[None]
    changed = ids.clone()
    changed[0, position] = 20
    return ((logits(part, ids) - logits(part, changed)).abs().amax(dim=-1) > 1e-5)[0].tolist()


@pytest.mark.parametrize("part", PARTS)
def test_what_is_left_starts_with_the_weights_of_the_whole(part):
    whole, cut = (make(each).weights() for each in ("nothing", part))
    assert cut.keys() <= whole.keys()
    assert all(torch.equal(cut[name], whole[name]) for name in cut)


@pytest.mark.parametrize("part", [part for part in PARTS if part != "nothing"])
def test_no_part_can_go_unnoticed(part):
    ids = torch.arange(6)[None]
    assert not torch.allclose(logits(part, ids), logits("nothing", ids))


@pytest.mark.parametrize("part", [p for p in PARTS if p not in ("mask", "attention")])
def test_later_tokens_cannot_change_earlier_ones(part):
    assert moved(part, 3) == [False] * 3 + [True] * 3


def test_without_the_mask_every_token_changes_all():
    assert moved("mask", 3) == [True] * 6


def test_without_attention_a_token_speaks_to_its_own_position_alone():
    assert moved("attention", 3) == [False, False, False, True, False, False]


def test_without_positions_the_order_of_the_past_is_lost_on_one_layer():
    model = make("positions", CONFIG.replace(n_layers=1))
    ids = torch.tensor([[3, 4, 5], [4, 3, 5]])
    with torch.no_grad():
        first, second = model(ids)[:, -1]
    torch.testing.assert_close(first, second)


def test_without_the_residual_a_silent_block_silences_all():
    model = make("residual")
    torch.nn.init.zeros_(model.blocks[0].mlp.down_proj.weight)
    with torch.no_grad():
        assert (model(torch.arange(6)[None]) == 0).all()


def test_without_the_norm_logits_grow_with_the_embedding():
    model, ids = make("norm", CONFIG.replace(tied_embeddings=False)), torch.arange(6)[None]
    for block in model.blocks:  # attention alone is not linear: leave the stream as it is
        torch.nn.init.zeros_(block.attn.out_proj.weight)
        torch.nn.init.zeros_(block.mlp.down_proj.weight)
    with torch.no_grad():
        before = model(ids)
        model.embed.weight *= 2
        torch.testing.assert_close(model(ids), 2 * before)


def test_three_times_the_blocks_make_up_for_the_feed_forward():
    whole = without("nothing", CONFIG)
    deep = without("feed-forward", CONFIG.replace(n_layers=3 * CONFIG.n_layers))
    matrices = [
        sum(p.numel() for p in model.blocks.parameters() if p.ndim == 2) for model in (whole, deep)
    ]
    assert matrices[0] == matrices[1]


def test_an_unknown_part_is_refused():
    with pytest.raises(ValueError, match="no part 'head' to take out; there are nothing, pos"):
        without("head", CONFIG)


def test_the_bench_trains_every_part_and_gives_plain_json(story):
    result = bench_ablations(str(story), lengths=(1, 2), seeds=1)
    rows = [row for row in result["rows"] if row["n_layers"] == 4]
    assert json.loads(json.dumps(result)) == result
    assert [(row["part"], row["steps"]) for row in rows] == [(p, n) for n in (1, 2) for p in PARTS]
    assert all(row["bits_per_char"] > 0 for row in rows)
    sizes = {row["part"]: row["parameters"] for row in rows}
    assert sizes["feed-forward"] < sizes["attention"] < sizes["nothing"] == sizes["residual"]


def test_the_deep_model_of_attention_alone_is_no_smaller_than_the_whole():
    sizes = {(row["part"], row["n_layers"]): row["parameters"] for row in shipped_result()["rows"]}
    assert sizes["feed-forward", 12] == pytest.approx(sizes["nothing", 4], rel=0.02)


def test_the_table_tells_the_mean_of_the_seeds():
    row = {"part": "norm", "n_layers": 4, "steps": 150}
    rows = [row | {"seed": seed, "bits_per_char": bits} for seed, bits in enumerate((2.0, 3.0))]
    assert table({"rows": rows}).splitlines()[1].split() == ["norm", "4", "2.50"]


def test_equal_seeds_give_equal_models(text):
    config = CONFIG.replace(vocab_size=text.tokenizer.vocab_size)
    first, again = (
        train_without("norm", text, config, steps=3, batch_size=2, seed=4) for _ in range(2)
    )
    first, again = (fitted.history[-1]["bits_per_char"] for fitted in (first, again))
    assert first == again


def test_when_writing_only_what_follows_the_end_is_asked(tokens, new_model):
    model, asked = new_model(), []
    model.next_logits = lambda ids: asked.append(ids) or torch.zeros(len(ids), 10)
    bits = bits_when_writing(model, Validation(tokens, characters_per_token=2.0), windows=70)
    assert bits == pytest.approx(math.log2(10) / 2)
    assert torch.cat(asked).shape == (70, model.context_length)
