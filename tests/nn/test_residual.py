"""Both orders of a block, against the module that trains."""

import pytest
import torch

from lmlab.nn import Block, FeedForward, LayerNorm, MultiHeadAttention
from lmlab.nn.residual import post_norm_block, pre_norm_block


def _block(post_norm: bool) -> Block:
    torch.manual_seed(0)
    block = Block(
        MultiHeadAttention(8, 2),
        FeedForward(8, 16),
        LayerNorm(8),
        LayerNorm(8),
        post_norm=post_norm,
    )
    for parameter in block.parameters():
        torch.nn.init.normal_(parameter)
    return block


@pytest.mark.parametrize(("wire", "post_norm"), [(post_norm_block, True), (pre_norm_block, False)])
def test_the_block_that_trains_computes_the_function(wire, post_norm):
    block, x = _block(post_norm), torch.randn(2, 5, 8)
    parts = (block.attn, block.mlp, block.attn_norm, block.mlp_norm)
    torch.testing.assert_close(block(x), wire(x, *parts))


def test_pre_norm_lets_the_stream_through_untouched():
    x = torch.randn(2, 5, 8)
    norm = LayerNorm(8)
    assert torch.equal(pre_norm_block(x, torch.zeros_like, torch.zeros_like, norm, norm), x)


def test_post_norm_hands_on_a_normalised_sum():
    norm = LayerNorm(8)
    out = post_norm_block(7 * torch.randn(2, 5, 8), torch.relu, torch.relu, norm, norm)
    torch.testing.assert_close(out.mean(-1), torch.zeros(2, 5), atol=1e-5, rtol=0)
    torch.testing.assert_close(out.var(-1, correction=0), torch.ones(2, 5), atol=1e-3, rtol=0)
