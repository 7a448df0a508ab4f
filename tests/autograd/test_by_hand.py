"""Each formula equals autograd to 1e-6 in float64, for random shapes."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.nn import functional as F

from lmlab.autograd import Node, by_hand
from lmlab.nn import attention, attention_weights, causal_mask

random_shapes = settings(deadline=None, max_examples=25)
sizes = st.integers(1, 5)
batches = st.lists(st.integers(1, 3), max_size=2)
seeds = st.integers(0, 10**6)


def normal(seed, *shapes):
    generator = torch.Generator().manual_seed(seed)
    return [
        torch.randn(*shape, generator=generator, dtype=torch.float64).requires_grad_()
        for shape in shapes
    ]


def assert_close(mine, theirs):
    for ours, other in zip(mine, theirs, strict=True):
        torch.testing.assert_close(ours, other, atol=1e-6, rtol=1e-6)


@given(*4 * [st.floats(-2, 2)])
def test_neuron(w, x, b, y):
    inputs = [Node(w), Node(x), Node(b)]
    loss = ((inputs[0] * inputs[1] + inputs[2]).tanh() - y) ** 2
    loss.backward()
    wanted = [float(node.grad) for node in inputs]
    assert by_hand.neuron_backward(w, x, b, y) == pytest.approx(wanted, abs=1e-12)


@random_shapes
@given(batches, sizes, sizes, seeds)
def test_linear(batch, d_in, d_out, seed):
    x, weight, bias, grad = normal(seed, (*batch, d_in), (d_out, d_in), (d_out,), (*batch, d_out))
    wanted = torch.autograd.grad(F.linear(x, weight, bias), (x, weight, bias), grad)
    assert_close(by_hand.linear_backward(x, weight, grad), wanted)


@random_shapes
@given(batches, sizes, seeds)
def test_softmax(batch, n, seed):
    x, grad = normal(seed, (*batch, n), (*batch, n))
    probs = x.softmax(dim=-1)
    assert_close([by_hand.softmax_backward(probs, grad)], torch.autograd.grad(probs, x, grad))


@random_shapes
@given(batches, sizes, seeds)
def test_cross_entropy(batch, vocab_size, seed):
    (logits,) = normal(seed, (*batch, vocab_size))
    targets = torch.randint(vocab_size, batch)
    loss = F.cross_entropy(logits.reshape(-1, vocab_size), targets.flatten())
    wanted = torch.autograd.grad(loss, logits)
    assert_close([by_hand.cross_entropy_backward(logits, targets)], wanted)


@random_shapes
@given(batches, sizes, sizes, seeds)
def test_embedding(batch, vocab_size, d_model, seed):
    table, grad = normal(seed, (vocab_size, d_model), (*batch, d_model))
    ids = torch.randint(vocab_size, batch)
    wanted = torch.autograd.grad(table[ids], table, grad)
    assert_close([by_hand.embedding_backward(ids, grad, vocab_size)], wanted)


@random_shapes
@given(batches, st.integers(2, 6), seeds)
def test_layer_norm(batch, d_model, seed):
    shapes = (*batch, d_model), (d_model,), (d_model,), (*batch, d_model)
    x, weight, bias, grad = normal(seed, *shapes)
    y = F.layer_norm(x, (d_model,), weight, bias)
    wanted = torch.autograd.grad(y, (x, weight, bias), grad)
    assert_close(by_hand.layer_norm_backward(x, weight, grad), wanted)


@random_shapes
@given(batches, sizes, sizes, sizes, st.integers(0, 3), st.booleans(), seeds)
def test_attention(batch, query, d_k, d_v, more, causal, seed):
    key = query + more
    shapes = (query, d_k), (key, d_k), (key, d_v), (query, d_v)
    q, k, v, grad = normal(seed, *((*batch, *shape) for shape in shapes))
    mask = causal_mask(query, key) if causal else None
    wanted = torch.autograd.grad(attention(q, k, v, mask), (q, k, v), grad)
    weights = attention_weights(q, k, mask)
    assert_close(by_hand.attention_backward(q, k, v, weights, grad), wanted)


def test_a_hidden_key_gets_no_gradient():
    q, k, v, grad = normal(0, (3, 2), (3, 2), (3, 2), (3, 2))
    weights = attention_weights(q, k, causal_mask(3, 3))
    first = torch.zeros_like(grad)
    first[0] = grad[0]
    _, grad_k, grad_v = by_hand.attention_backward(q, k, v, weights, first)
    assert not grad_k[1:].any() and not grad_v[1:].any()
