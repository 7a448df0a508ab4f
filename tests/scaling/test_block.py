"""One block in numbers, against the modules themselves and the accounting of whole models."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lmlab.models import TransformerConfig
from lmlab.nn import Block, FeedForward, MultiHeadAttention, RMSNorm
from lmlab.scaling import forward_flops_per_token
from lmlab.scaling.block import attention_share, block_parameters


@pytest.mark.parametrize("shape", [(8, 2, 2, 32), (12, 6, 3, 20), (16, 4, 1, 5)])
def test_a_block_has_as_many_parameters(shape):
    d_model, n_heads, n_kv_heads, d_ff = shape
    attention = MultiHeadAttention(d_model, n_heads, n_kv_heads)
    block = Block(attention, FeedForward(d_model, d_ff), RMSNorm(d_model), RMSNorm(d_model))
    assert block_parameters(*shape) == sum(p.numel() for p in block.parameters())


def test_the_usual_block_has_twelve_squares():
    assert block_parameters(128, 4, 4, 512) == 12 * 128**2 + 2 * 128


@given(st.integers(1, 5000), st.sampled_from([16, 64, 128]))
def test_attention_costs_what_the_accounting_of_a_model_says(context, d_model):
    model = TransformerConfig(vocab_size=1, d_model=d_model, n_layers=1)
    whole = forward_flops_per_token(model, context) - 2 * d_model  # without the output layer
    share = attention_share(d_model, 4 * d_model, context)
    assert math.isclose(share, 4 * context * d_model / whole)
    assert math.isclose(share, context / (context + 6 * d_model))
