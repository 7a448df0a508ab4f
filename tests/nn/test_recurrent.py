"""Recurrent cells against PyTorch's own, and what training in pieces does to a gradient."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from lmlab.generate import KVCache
from lmlab.interpret import record
from lmlab.nn.recurrent import SSRU, RecurrentLayer, lstm_cell, ssru_cell, truncated_gradient

THEIRS = {"rnn": nn.RNN, "lstm": nn.LSTM, "gru": nn.GRU}
TOLERANCE = {torch.float32: 1e-6, torch.float64: 1e-10}

each_cell = pytest.mark.parametrize("cell", THEIRS)


def _ours_and_theirs(cell, dtype=torch.float32):
    """The same weights twice; PyTorch's names end in _l0, for layer 0."""
    torch.manual_seed(0)
    ours = RecurrentLayer(cell, d_in=5, d_hidden=7).to(dtype)
    theirs = THEIRS[cell](5, 7, batch_first=True).to(dtype)
    with torch.no_grad():
        theirs.weight_ih_l0.copy_(ours.input_proj.weight)
        theirs.bias_ih_l0.copy_(ours.input_proj.bias)
        theirs.weight_hh_l0.copy_(ours.state_proj.weight)
        theirs.bias_hh_l0.copy_(ours.state_proj.bias)
    return ours, theirs


def _gradients(layer, x):
    layer.zero_grad()
    layer(x)[0].sin().sum().backward()
    return {tuple(p.shape): p.grad for p in layer.parameters() if p.ndim == 2}


@pytest.mark.parametrize("dtype", TOLERANCE)
@each_cell
def test_equals_pytorch_in_values_and_gradients(cell, dtype):
    ours, theirs = _ours_and_theirs(cell, dtype)
    exact = {"atol": TOLERANCE[dtype], "rtol": TOLERANCE[dtype]}
    x = torch.randn(3, 6, 5, dtype=dtype)
    (outputs, state), (expected, last) = ours(x), theirs(x)
    torch.testing.assert_close(outputs, expected, **exact)
    last = last if isinstance(last, tuple) else (last,)
    torch.testing.assert_close(state, tuple(value[0] for value in last), **exact)
    torch.testing.assert_close(_gradients(ours, x), _gradients(theirs, x), **exact)


@each_cell
@settings(max_examples=10)
@given(cut=st.integers(1, 7))
def test_a_text_read_in_two_pieces_is_read_as_one(cell, cut):
    layer, x = RecurrentLayer(cell, 4, 3), torch.randn(2, 8, 4)
    first, state = layer(x[:, :cut])
    second, state = layer(x[:, cut:], state)
    outputs, expected = layer(x)
    torch.testing.assert_close(torch.cat((first, second), dim=1), outputs)
    torch.testing.assert_close(state, expected)


@each_cell
def test_the_state_can_be_recorded(cell):
    layer, x = RecurrentLayer(cell, 4, 3), torch.randn(2, 8, 4)
    with record(layer) as tape:
        outputs, (h, *_) = layer(x)
    assert torch.equal(tape["state"], outputs) and torch.equal(outputs[:, -1], h)


def test_open_forget_and_closed_input_gates_keep_the_memory():
    i, f, g, o = (torch.full((1, 3), size) for size in (-50.0, 50.0, 9.0, 50.0))
    c = torch.tensor([[0.5, -1.0, 2.0]])
    gates = torch.cat((i, f, g, o), dim=-1)
    h, kept = lstm_cell(gates, torch.zeros(1, 3), c, torch.zeros(12, 3), torch.zeros(12))
    torch.testing.assert_close(kept, c)
    torch.testing.assert_close(h, c.tanh())


def test_an_lstm_begins_by_remembering():
    torch.manual_seed(0)
    forget = RecurrentLayer("lstm", 4, 64).state_proj.bias[64:128]
    assert (forget > 0.8).all()


@settings(max_examples=20)
@given(w=st.floats(-1.5, 1.5), time=st.integers(1, 9), seed=st.integers(0, 10**6))
def test_a_span_over_the_whole_text_cuts_nothing(w, time, seed):
    x = torch.randn(time, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)
    w = torch.tensor(w, dtype=torch.float64)

    def total(w):
        h, states = torch.zeros_like(w), []
        for x_t in x:
            h = torch.tanh(w * h + x_t)
            states.append(h)
        return torch.stack(states).sum()

    slope = (total(w + 1e-6) - total(w - 1e-6)) / 2e-6
    torch.testing.assert_close(truncated_gradient(w, x, time), slope, atol=1e-6, rtol=1e-5)


def test_with_a_span_of_one_each_step_knows_only_the_state_before_it():
    w, x = torch.tensor(0.8), torch.tensor([0.3, -0.2, 0.5])
    h1 = torch.tanh(x[0])
    h2 = torch.tanh(w * h1 + x[1])
    h3 = torch.tanh(w * h2 + x[2])
    expected = h1 * (1 - h2**2) + h2 * (1 - h3**2)
    torch.testing.assert_close(truncated_gradient(w, x, 1), expected)
    assert not w.requires_grad


def test_an_ssru_keeps_a_share_and_takes_in_the_rest():
    from_x, c = torch.tensor([[10.0, 10.0]]), torch.tensor([[2.0, 2.0]])
    assert ssru_cell(from_x, torch.tensor([[1.0, 0.25]]), c).tolist() == [[2.0, 8.0]]


def test_an_ssru_shows_no_negative_number_and_keeps_it_all_the_same():
    layer, x = SSRU(4), torch.randn(2, 6, 4)
    shown = layer(x)
    assert (shown >= 0).all() and (shown == 0).any()
    c = torch.zeros(2, 4)
    for time in range(6):
        c = ssru_cell(layer.input_proj(x[:, time]), layer.forget_proj(x[:, time]).sigmoid(), c)
        torch.testing.assert_close(shown[:, time], c.relu())


@settings(max_examples=10)
@given(cuts=st.sets(st.integers(1, 6)))
def test_an_ssru_with_a_cache_reads_pieces_as_one(cuts):
    layer, x, cache = SSRU(4), torch.randn(2, 7, 4), KVCache(1, 7)[0]
    ends = [0, *sorted(cuts), 7]
    pieces = [layer(x[:, a:b], cache=cache) for a, b in zip(ends, ends[1:], strict=False)]
    torch.testing.assert_close(torch.cat(pieces, dim=1), layer(x))


def test_an_ssru_sees_no_later_token():
    with pytest.raises(ValueError, match="left to right"):
        SSRU(4)(torch.randn(1, 2, 4), causal=False)
