"""Recurrent models: equal to PyTorch's, and one reading of a text whatever its length."""

from functools import partial

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn
from torch.nn import functional as F

from lmlab.interpret import record
from lmlab.models import LanguageModel
from lmlab.models.recurrent import RecurrentConfig, RecurrentLM

VOCAB = 11
THEIRS = {"rnn": nn.RNN, "lstm": nn.LSTM, "gru": nn.GRU}
CELLS = st.sampled_from(list(THEIRS))
TEXTS = st.lists(st.integers(0, VOCAB - 1), min_size=2, max_size=11)

few = settings(max_examples=15)
each_cell = pytest.mark.parametrize("cell", THEIRS)


def tiny(cell="lstm", **settings):
    torch.manual_seed(0)
    shape = {"vocab_size": VOCAB, "context_length": 4, "d_model": 6, "n_layers": 2}
    return RecurrentLM(RecurrentConfig(cell=cell, **shape | settings)).eval()


def _ids(batch=2, time=8):
    return torch.randint(VOCAB, (batch, time), generator=torch.Generator().manual_seed(1))


@each_cell
def test_several_layers_equal_pytorch(cell):
    ours, theirs = tiny(cell), THEIRS[cell](6, 6, num_layers=2, batch_first=True)
    with torch.no_grad():
        for number, layer in enumerate(ours.layers):
            for part, proj in (("ih", layer.input_proj), ("hh", layer.state_proj)):
                getattr(theirs, f"weight_{part}_l{number}").copy_(proj.weight)
                getattr(theirs, f"bias_{part}_l{number}").copy_(proj.bias)
    expected = ours.head(theirs(ours.embed(_ids()))[0])
    torch.testing.assert_close(ours(_ids()), expected, atol=1e-6, rtol=1e-6)


@few
@given(CELLS, st.integers(1, 7))
def test_future_tokens_cannot_change_the_past(cell, cut):
    model, ids = tiny(cell), _ids()
    changed = ids.clone()
    changed[:, cut:] = (changed[:, cut:] + 1) % VOCAB
    before, after = model(ids), model(changed)
    torch.testing.assert_close(before[:, :cut], after[:, :cut])
    assert not torch.allclose(before[:, cut], after[:, cut], atol=1e-5)


@few
@given(CELLS, TEXTS)
def test_a_text_is_scored_by_the_distributions_that_it_would_be_written_from(cell, ids):
    """Also beyond the context length: no window forgets the beginning."""
    model, ids = tiny(cell), torch.tensor(ids)
    one_by_one = [model.next_token(ids[:t])[ids[t]].log() for t in range(1, len(ids))]
    torch.testing.assert_close(model.log_probs(ids), torch.stack(one_by_one), atol=1e-5, rtol=1e-5)
    whole = model(ids[None, :-1])[0].log_softmax(-1).gather(-1, ids[1:, None])[:, 0]
    torch.testing.assert_close(model.log_probs(ids), whole, atol=1e-5, rtol=1e-5)


@few
@given(CELLS, st.integers(1, 9), st.integers(0, 10**6))
def test_keeping_the_state_writes_what_reading_anew_writes(cell, time, seed):
    model, ids = tiny(cell), _ids(time=time)
    kept, anew = (
        list(stream(ids, 6, seed=seed))
        for stream in (model.stream, partial(LanguageModel.stream, model))
    )
    torch.testing.assert_close(kept, anew)


def test_generation_reads_each_token_once(monkeypatch):
    model, read = tiny(), []
    forward = model.read

    def counting(ids, states=None):
        read.append(ids.size(1))
        return forward(ids, states)

    monkeypatch.setattr(model, "read", counting)
    model.generate(_ids(time=9), 5)
    assert read == [4, 4, 1, 1, 1, 1, 1]


def test_a_row_does_not_feel_its_neighbours():
    model, ids = tiny("gru"), _ids(batch=5)
    together = model(ids)
    for row in range(5):
        torch.testing.assert_close(together[row], model(ids[row : row + 1])[0])


@each_cell
def test_it_learns_one_batch_by_heart(cell):
    model, ids = tiny(cell, d_model=16, n_layers=1).train(), _ids(time=7)
    optimiser = torch.optim.AdamW(model.parameters(), lr=3e-2)
    for _ in range(80):
        loss = F.cross_entropy(model(ids[:, :-1]).flatten(0, 1), ids[:, 1:].flatten())
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    assert loss < 0.05


def test_the_states_of_all_layers_can_be_recorded():
    model = tiny()
    with record(model) as tape:
        logits = model(_ids())
    assert tape.names() == ["embedded", "layers.0.state", "layers.1.state", "hidden", "logits"]
    assert tape["layers.1.state"].shape == (2, 8, 6) and torch.equal(tape["logits"], logits)


@pytest.mark.parametrize("tied", [False, True])
def test_round_trip(tied, tmp_path):
    model = tiny(tied_embeddings=tied)
    again = RecurrentLM.from_pretrained(model.save_pretrained(tmp_path))
    assert torch.equal(again(_ids()), model(_ids()))
    assert (again.head.weight is again.embed.weight) is tied


def test_dropout_is_for_training_alone():
    model, ids = tiny(dropout=0.5), _ids()
    assert torch.equal(model(ids), model(ids))
    model.train()
    assert not torch.equal(model(ids), model(ids))
    assert torch.equal(model.log_probs(ids[0]), model.log_probs(ids[0])) and model.training


@pytest.mark.parametrize(
    "fields, message",
    [
        ({"cell": "mgu"}, "cell='mgu' must be 'rnn' or 'lstm' or 'gru'"),
        ({"n_layers": 0}, "n_layers=0 must be a whole number, 1 or more"),
        ({"dropout": 1.0}, "dropout=1.0 must be at least 0 and below 1"),
    ],
)
def test_senseless_settings_are_refused(fields, message):
    with pytest.raises(ValueError, match=message):
        RecurrentConfig(vocab_size=10, **fields)


@pytest.mark.parametrize(
    "ids, message",
    [
        (torch.zeros(1, 0, dtype=torch.long), "there are no tokens"),
        (torch.tensor([[3, VOCAB]]), "token id 11 is outside 0…10"),
        (torch.tensor([[-1]]), "token id -1 is outside"),
    ],
)
def test_ids_that_make_no_sense_are_refused(ids, message):
    with pytest.raises(ValueError, match=message):
        tiny()(ids)


@pytest.mark.parametrize("ids", [[], [1]])
def test_too_few_tokens_are_refused(ids):
    with pytest.raises(ValueError, match="at least 2 are needed"):
        tiny().log_prob(torch.tensor(ids, dtype=torch.long))
