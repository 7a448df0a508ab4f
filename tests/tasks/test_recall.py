"""The memory test: a fair question, models that can answer it, and the gradient behind it."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from lmlab.models import GPT, TransformerConfig
from lmlab.models.neural_ngram import NeuralNGram, NeuralNGramConfig
from lmlab.models.recurrent import RecurrentConfig, RecurrentLM
from lmlab.tasks.recall import (
    CHANCE,
    VOCAB_SIZE,
    gradient_by_distance,
    measure_recall,
    recall_batch,
)


def recurrent(cell):
    return lambda vocab_size, context_length: RecurrentLM(
        RecurrentConfig(vocab_size=vocab_size, context_length=context_length, cell=cell, d_model=16)
    )


def attention(vocab_size, context_length):
    shape = {"d_model": 16, "n_layers": 1, "n_heads": 2}
    return GPT(TransformerConfig(vocab_size=vocab_size, context_length=context_length, **shape))


def bigram(vocab_size, context_length):
    shape = {"order": 2, "d_embed": 8, "d_hidden": 8, "context_length": 8}
    return NeuralNGram(NeuralNGramConfig(vocab_size=vocab_size, **shape))


@given(distance=st.integers(1, 9), n_symbols=st.integers(1, 5), seed=st.integers(0, 10**6))
def test_only_the_first_token_tells_the_answer(distance, n_symbols, seed):
    generator = torch.Generator().manual_seed(seed)
    ids, targets = recall_batch(6, distance, n_symbols, generator)
    assert ids.shape == (6, distance + 1) and torch.equal(ids[:, -1 - distance], targets)
    assert (targets < n_symbols).all() and (targets >= 0).all()
    assert (ids[:, 1:] >= n_symbols).all() and (ids[:, 1:] < 2 * n_symbols).all()


def test_a_distance_of_zero_is_refused():
    with pytest.raises(ValueError, match="distance=0 must be 1 or more"):
        recall_batch(2, 0)


@pytest.mark.parametrize(
    "make_model",
    [recurrent("rnn"), recurrent("lstm"), recurrent("gru"), attention],
    ids=["rnn", "lstm", "gru", "attention"],
)
def test_a_short_way_back_is_learnt(make_model):
    assert measure_recall(make_model, [2], steps=80)[2] > 0.9


def test_what_a_model_cannot_see_it_can_only_guess():
    near, far = measure_recall(bigram, [1, 2], steps=20).values()
    assert max(near, far) < 2 * CHANCE


def test_the_same_seed_gives_the_same_accuracy():
    first, again = (measure_recall(recurrent("gru"), [3], steps=5, seed=4) for _ in range(2))
    assert first == again and 0 <= first[3] <= 1


def test_the_gradient_of_an_rnn_fades_and_a_bigram_has_none_behind_its_last_token():
    torch.manual_seed(0)
    ids, _ = recall_batch(4, 12)
    faded = gradient_by_distance(recurrent("rnn")(VOCAB_SIZE, 13), ids)
    assert faded.shape == (13,) and faded[0] > 10 * faded[6] > 100 * faded[12] > 0
    blind = gradient_by_distance(bigram(VOCAB_SIZE, 13), ids)
    assert blind[0] > 0 and (blind[1:] == 0).all()


def test_the_gradient_is_that_of_the_likeliest_token_at_the_end():
    torch.manual_seed(0)
    model = recurrent("lstm")(VOCAB_SIZE, 5).double()
    ids = torch.tensor([[3, 9, 12, 8, 10]])  # no token twice: its row has the gradient of one place
    found = gradient_by_distance(model, ids)
    model(ids)[0, -1].max().backward()
    expected = model.embed.weight.grad[ids[0]].norm(dim=-1).flip(0)
    torch.testing.assert_close(found, expected)
