"""The block is its two equations, a decoder's its three."""

import torch

from lmlab.nn import Block, FeedForward, LayerNorm, MultiHeadAttention
from lmlab.nn.block import DecoderBlock


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


def _decoder_block(post_norm):
    torch.manual_seed(0)
    parts = (MultiHeadAttention(8, 2), MultiHeadAttention(8, 2), FeedForward(8, 16))
    return DecoderBlock(*parts, *(LayerNorm(8) for _ in range(3)), post_norm=post_norm)


def test_a_decoder_looks_at_itself_then_at_the_memory_then_thinks():
    block, x, memory = _decoder_block(post_norm=False), torch.randn(2, 4, 8), torch.randn(2, 3, 8)
    after_self = x + block.attn(block.attn_norm(x), causal=True)
    after_cross = after_self + block.cross(block.cross_norm(after_self), memory=memory)
    expected = after_cross + block.mlp(block.mlp_norm(after_cross))
    torch.testing.assert_close(block(x, memory=memory, causal=True), expected)


def test_a_post_norm_decoder_normalises_its_three_sums():
    block, x, memory = _decoder_block(post_norm=True), torch.randn(2, 4, 8), torch.randn(2, 3, 8)
    after_self = block.attn_norm(x + block.attn(x, causal=True))
    after_cross = block.cross_norm(after_self + block.cross(after_self, memory=memory))
    expected = block.mlp_norm(after_cross + block.mlp(after_cross))
    torch.testing.assert_close(block(x, memory=memory, causal=True), expected)


def test_masks_and_positions_of_one_text_do_not_reach_the_other():
    block, x, memory = _decoder_block(post_norm=False), torch.randn(2, 4, 8), torch.randn(2, 3, 8)
    bias = torch.randn(1, 2, 4, 4)
    memory_mask = torch.tensor([[True, True, False]])[:, None, None, :]
    found = block(x, memory=memory, memory_mask=memory_mask, bias=bias, causal=True)
    after_self = x + block.attn(block.attn_norm(x), bias=bias, causal=True)
    seen = memory[:, :2]
    after_cross = after_self + block.cross(block.cross_norm(after_self), memory=seen)
    expected = after_cross + block.mlp(block.mlp_norm(after_cross))
    torch.testing.assert_close(found, expected)
