"""Attention against PyTorch's own, and the properties that make it attention."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn
from torch.nn import functional as F

from lmlab.generate import KVCache
from lmlab.interpret import record
from lmlab.nn import (
    MultiHeadAttention,
    attention,
    attention_weights,
    causal_attention,
    causal_mask,
    causal_weights,
    merge_heads,
    rope_rotation,
    share_heads,
    split_heads,
)
from lmlab.nn.attention import ROWS


def _qkv(batch=2, heads=3, query=5, key=7, d=8, seed=0):
    torch.manual_seed(seed)
    shape = (batch, heads)
    q, k, v = (torch.randn(*shape, length, d) for length in (query, key, key))
    return q, k, v


def test_equals_the_fused_kernel_of_pytorch():
    q, k, v = _qkv()
    torch.testing.assert_close(attention(q, k, v), F.scaled_dot_product_attention(q, k, v))


def test_masked_attention_equals_the_fused_kernel_of_pytorch():
    q, k, v = _qkv()
    mask = torch.rand(2, 1, 5, 7) > 0.4
    mask[..., 0] = True
    expected = F.scaled_dot_product_attention(q, k, v, attn_mask=mask)
    torch.testing.assert_close(attention(q, k, v, mask), expected)


@settings(deadline=None, max_examples=40)
@given(st.integers(1, 6), st.integers(1, 6), st.floats(1e-3, 1e4), st.integers(0, 10**6))
def test_weights_are_one_distribution_for_each_query(query, key, size, seed):
    torch.manual_seed(seed)
    q, k = torch.randn(query, 4) * size, torch.randn(key, 4) * size
    mask = torch.rand(query, key) > 0.5
    weights = attention_weights(q, k, mask)
    expected = mask.any(dim=-1).float()  # 1 for each query that may look anywhere, else 0
    assert torch.isfinite(weights).all()
    torch.testing.assert_close(weights.sum(dim=-1), expected)
    assert (weights[~mask] == 0).all()


def test_a_query_with_every_key_masked_gets_zeros_not_nan():
    q, k, v = _qkv()
    mask = torch.ones(5, 7, dtype=torch.bool)
    mask[2] = False
    out = attention(q, k, v, mask)
    assert (out[:, :, 2] == 0).all() and torch.isfinite(out).all()


def test_future_keys_cannot_change_the_past():
    q, k, v = _qkv(query=6, key=6)
    before = causal_attention(q, k, v)
    k[:, :, 4:] = 100.0
    v[:, :, 4:] = -100.0
    after = causal_attention(q, k, v)
    torch.testing.assert_close(after[:, :, :4], before[:, :, :4])
    assert not torch.allclose(after[:, :, 4:], before[:, :, 4:])


@given(
    n_queries=st.integers(1, 2 * ROWS + 5),
    n_before=st.integers(0, ROWS + 3),
    batch=st.sampled_from([(), (2, 3)]),
    seed=st.integers(0, 10**6),
)
@settings(max_examples=20, deadline=None)
def test_causal_weights_are_those_under_a_causal_mask(n_queries, n_before, batch, seed):
    torch.manual_seed(seed)
    n_keys = n_before + n_queries
    q, k = torch.randn(*batch, n_queries, 8), torch.randn(*batch, n_keys, 8)
    expected = attention_weights(q, k, causal_mask(n_queries, n_keys))
    torch.testing.assert_close(causal_weights(q, k), expected)


def test_gradients_flow_through_causal_weights():
    torch.manual_seed(0)
    q, k = torch.randn(2, ROWS + 5, 4, requires_grad=True), torch.randn(2, ROWS + 5, 4)
    mask, pull = causal_mask(ROWS + 5), torch.randn(2, ROWS + 5, ROWS + 5)
    ours, masked = (
        torch.autograd.grad((weights * pull).sum(), q)[0]
        for weights in (causal_weights(q, k), attention_weights(q, k, mask))
    )
    torch.testing.assert_close(ours, masked)


def test_each_head_gets_its_own_slice_of_the_width():
    x = torch.arange(2 * 3 * 8.0).view(2, 3, 8)
    heads = split_heads(x, 4)
    assert heads.shape == (2, 4, 3, 2)
    for head in range(4):
        assert torch.equal(heads[:, head], x[..., 2 * head : 2 * head + 2])


@given(st.sampled_from([1, 2, 3, 6]), st.integers(1, 5), st.lists(st.integers(1, 3), max_size=2))
def test_merging_undoes_splitting(n_heads, time, batch):
    x = torch.randn(*batch, time, 12)
    heads = split_heads(x, n_heads)
    assert heads.shape == (*batch, n_heads, time, 12 // n_heads)
    assert torch.equal(merge_heads(heads), x)


def test_neighbouring_query_heads_share_a_key_head():
    x = torch.randn(2, 2, 5, 3)
    shared = share_heads(x, 6)
    assert shared.shape == (2, 6, 5, 3)
    for head in range(6):
        assert torch.equal(shared[:, head], x[:, head // 3])
    assert share_heads(x, 2) is x


def _ours_and_theirs(d_model=24, n_heads=4):
    torch.manual_seed(1)
    theirs = nn.MultiheadAttention(d_model, n_heads, batch_first=True)
    nn.init.normal_(theirs.in_proj_bias)
    nn.init.normal_(theirs.out_proj.bias)
    ours = MultiHeadAttention(d_model, n_heads, bias=True)
    with torch.no_grad():
        for part, weight, bias in zip(
            (ours.q_proj, ours.k_proj, ours.v_proj),
            theirs.in_proj_weight.chunk(3),
            theirs.in_proj_bias.chunk(3),
            strict=True,
        ):
            part.weight.copy_(weight)
            part.bias.copy_(bias)
        ours.out_proj.load_state_dict(theirs.out_proj.state_dict())
    return ours, theirs


@pytest.mark.parametrize("causal", [False, True])
def test_module_equals_multihead_attention_of_pytorch(causal):
    ours, theirs = _ours_and_theirs()
    x = torch.randn(2, 6, 24)
    blocked = ~causal_mask(6) if causal else None  # PyTorch's mask says where not to look
    expected, weights = theirs(x, x, x, attn_mask=blocked, average_attn_weights=False)
    torch.testing.assert_close(ours(x, causal=causal), expected)
    with record(ours) as tape:
        torch.testing.assert_close(ours(x, causal=causal), expected)
    torch.testing.assert_close(tape["weights"], weights)


def test_cross_attention_equals_that_of_pytorch():
    ours, theirs = _ours_and_theirs()
    x, memory = torch.randn(2, 4, 24), torch.randn(2, 6, 24)
    real = torch.arange(6) < torch.tensor([[6], [3]])
    expected, weights = theirs(
        x, memory, memory, key_padding_mask=~real, average_attn_weights=False
    )
    arguments = {"memory": memory, "mask": real[:, None, None, :]}
    torch.testing.assert_close(ours(x, **arguments), expected)
    with record(ours) as tape:
        torch.testing.assert_close(ours(x, **arguments), expected)
    torch.testing.assert_close(tape["weights"], weights)


def test_a_cache_keeps_what_the_memory_offers():
    module, cache = MultiHeadAttention(16, 4, 2), KVCache(1, capacity=5)[0]
    x, memory = torch.randn(2, 5, 16), torch.randn(2, 3, 16)
    pieces = [module(piece, memory=memory, cache=cache) for piece in x.split([1, 3, 1], dim=1)]
    torch.testing.assert_close(torch.cat(pieces, dim=1), module(x, memory=memory))
    again = module(x, memory=torch.zeros_like(memory), cache=cache)
    torch.testing.assert_close(again, module(x, memory=memory))
    assert cache.length == 0  # there is room left for the attention of the text to itself


@settings(deadline=None, max_examples=30)
@given(
    heads=st.sampled_from([(4, 4), (4, 2), (4, 1)]),
    causal=st.booleans(),
    masked=st.booleans(),
    biased=st.booleans(),
    rotated=st.booleans(),
    only=st.sampled_from([None, "weights"]),
    seed=st.integers(0, 10**6),
)
def test_watched_and_unwatched_attention_agree(heads, causal, masked, biased, rotated, only, seed):
    torch.manual_seed(seed)
    module = MultiHeadAttention(16, *heads, qk_norm=rotated)
    x = torch.randn(2, 5, 16)
    arguments = {
        "causal": causal,
        "mask": torch.rand(2, 1, 1, 5) > 0.3 if masked else None,
        "bias": torch.randn(1, 4, 5, 5) if biased else None,
        "rotation": rope_rotation(torch.arange(5)[None], 4) if rotated else None,
    }
    plain = module(x, **arguments)
    with record(module, only):
        watched = module(x, **arguments)
    torch.testing.assert_close(plain, watched, atol=1e-5, rtol=1e-5)


def test_shared_key_heads_serve_their_group():
    """Two query heads over one key head equal two heads with that key head copied."""
    torch.manual_seed(0)
    shared, full = MultiHeadAttention(16, 4, 2), MultiHeadAttention(16, 4)
    with torch.no_grad():
        full.q_proj.weight.copy_(shared.q_proj.weight)
        full.out_proj.weight.copy_(shared.out_proj.weight)
        for name in ("k_proj", "v_proj"):
            heads = getattr(shared, name).weight.unflatten(0, (2, 4))
            getattr(full, name).weight.copy_(heads.repeat_interleave(2, 0).flatten(0, 1))
    x = torch.randn(2, 5, 16)
    torch.testing.assert_close(shared(x, causal=True), full(x, causal=True))
