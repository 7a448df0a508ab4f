"""The block is its two equations."""

import torch

from lmlab.nn import Block, FeedForward, LayerNorm, MultiHeadAttention


def _block(post_norm):
    torch.manual_seed(0)
    return Block(
        MultiHeadAttention(8, 2),
        FeedForward(8, 16),
        LayerNorm(8),
        LayerNorm(8),
        post_norm=post_norm,
    )


def test_pre_norm_adds_to_an_untouched_stream():
    block, x = _block(post_norm=False), torch.randn(2, 4, 8)
    middle = x + block.attn(block.attn_norm(x), causal=True)
    expected = middle + block.mlp(block.mlp_norm(middle))
    torch.testing.assert_close(block(x, causal=True), expected)


def test_post_norm_normalises_each_sum():
    block, x = _block(post_norm=True), torch.randn(2, 4, 8)
    middle = block.attn_norm(x + block.attn(x, causal=True))
    expected = block.mlp_norm(middle + block.mlp(middle))
    torch.testing.assert_close(block(x, causal=True), expected)
