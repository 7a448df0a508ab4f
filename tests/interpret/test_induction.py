import pytest
import torch

from lmlab.interpret import record
from lmlab.interpret.induction import induction_scores, repeated_tokens


def test_texts_are_different_tokens_and_the_same_again():
    ids = repeated_tokens(11, length=7, batch=3, seed=1)
    assert ids.shape == (3, 14)
    assert torch.equal(ids[:, :7], ids[:, 7:])
    assert all(len(row.unique()) == 7 for row in ids)
    assert not torch.equal(ids[0], ids[1])
    assert torch.equal(ids, repeated_tokens(11, 7, 3, seed=1))
    assert not torch.equal(ids, repeated_tokens(11, 7, 3, seed=2))


def test_more_tokens_than_there_are_is_an_error():
    with pytest.raises(ValueError, match="length=12 is more than the 11 tokens"):
        repeated_tokens(11, 12)


def test_scores_are_the_weight_on_what_followed_averaged_over_texts(build):
    model = build("shared-keys")
    ids = repeated_tokens(11, length=5, batch=2, seed=3)
    with record(model) as tape:
        model(ids)
    by_hand = torch.stack(
        [
            sum(tape[f"blocks.{layer}.attn.weights"][:, :, 5 + i, i + 1] for i in range(5)) / 5
            for layer in range(3)
        ]
    )  # (layers, batch, heads)
    scores = induction_scores(model, length=5, batch=2, seed=3)
    torch.testing.assert_close(scores, by_hand.mean(dim=1))


def test_a_head_that_always_looks_there_scores_one(build):
    model = build("gpt")

    def look(weights):
        weights = torch.zeros_like(weights)
        for query in range(5, 10):
            weights[:, 1, query, query - 4] = 1
        return weights

    with record(model, only=(), edit={"blocks.2.attn.weights": look}):
        scores = induction_scores(model, length=5)
    assert scores[2].tolist() == [0, 1, 0, 0]


def test_models_that_look_both_ways_and_the_sides_of_a_translator_are_scored(build):
    assert induction_scores(build("bert"), length=5).shape == (3, 4)
    model = build("translator")
    sides = [induction_scores(model, length=5, of=of) for of in ("encoder.*", "decoder.*.attn")]
    assert not torch.equal(*sides)
    with pytest.raises(ValueError, match='Name one, as in of="decoder.blocks'):
        induction_scores(model, length=5)
