"""The neural n-gram: it sees the last tokens, all of them, and nothing else."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.nn import functional as F

from lmlab.models.neural_ngram import NeuralNGram, NeuralNGramConfig

VOCAB = 11
property_test = given(order=st.integers(2, 5), direct=st.booleans())


def tiny(**settings):
    torch.manual_seed(0)
    shape = {"vocab_size": VOCAB, "context_length": 10, "order": 4, "d_embed": 3, "d_hidden": 5}
    return NeuralNGram(NeuralNGramConfig(**shape | settings)).eval()


def _ids(batch=2, time=8):
    return torch.randint(VOCAB, (batch, time), generator=torch.Generator().manual_seed(1))


@property_test
def test_each_of_the_last_tokens_counts_and_no_other(order, direct):
    model, ids = tiny(order=order, direct=direct), _ids(batch=1)
    logits = model(ids)[0]
    for place in range(ids.size(1)):
        changed = ids.clone()
        changed[0, place] = (changed[0, place] + 1) % VOCAB
        moved = (model(changed)[0] - logits).abs().amax(dim=-1) > 1e-6
        assert moved.nonzero()[:, 0].tolist() == list(range(place, min(place + order - 1, 8)))


@given(direct=st.booleans())
def test_it_is_equation_1_of_the_paper(direct):
    model = tiny(direct=direct)
    x = model.embed(torch.tensor([7, 2, 5])).T.flatten()  # order 4: three tokens, side by side
    a = torch.tanh(model.hidden.bias + model.hidden.weight @ x)
    u, w = model.head.weight.split([5, 9 if direct else 0], dim=1)
    expected = model.head.bias + u @ a + (w @ x if direct else 0)
    torch.testing.assert_close(model(torch.tensor([[1, 7, 2, 5]]))[0, -1], expected)


def test_before_the_beginning_stands_a_vector_that_is_learnt():
    model = tiny()
    model(_ids(batch=1, time=1)).sum().backward()
    assert model.beginning.grad.abs().min() > 0


@given(ids=st.lists(st.integers(0, VOCAB - 1), min_size=2, max_size=25), order=st.integers(2, 5))
def test_a_text_is_scored_by_the_distributions_that_it_would_be_written_from(ids, order):
    model, ids = tiny(order=order), torch.tensor(ids)
    one_by_one = [model.next_token(ids[:t])[ids[t]].log() for t in range(1, len(ids))]
    torch.testing.assert_close(model.log_probs(ids), torch.stack(one_by_one), atol=1e-5, rtol=1e-5)
    whole = model(ids[None, :-1])[0].log_softmax(-1).gather(-1, ids[1:, None])[:, 0]
    torch.testing.assert_close(model.log_probs(ids), whole, atol=1e-5, rtol=1e-5)


@pytest.mark.parametrize("direct", [False, True])
def test_it_learns_one_batch_by_heart(direct):
    model, ids = tiny(direct=direct, d_hidden=32, d_embed=8).train(), _ids(batch=1, time=9)
    optimiser = torch.optim.AdamW(model.parameters(), lr=3e-2)
    for _ in range(60):
        loss = F.cross_entropy(model(ids[:, :-1]).flatten(0, 1), ids[:, 1:].flatten())
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    assert loss < 0.05


def test_round_trip(tmp_path):
    model = tiny()
    again = NeuralNGram.from_pretrained(model.save_pretrained(tmp_path))
    assert torch.equal(again(_ids()), model(_ids()))


@pytest.mark.parametrize("order", [1, 6, 2.5])
def test_an_order_that_does_not_fit_is_refused(order):
    with pytest.raises(ValueError, match=f"order={order} must be a whole number from 2 to 5, half"):
        tiny(order=order)


def test_ids_outside_the_vocabulary_are_refused():
    with pytest.raises(ValueError, match="token id 11 is outside 0…10"):
        tiny()(torch.tensor([[3, VOCAB]]))
