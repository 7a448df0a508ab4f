"""Reading in blocks changes the memory, not the result."""

import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from lmlab.nn import attention
from lmlab.nn.streaming import streaming_attention


@settings(deadline=None, max_examples=30)
@given(st.integers(1, 9), st.integers(1, 10), st.floats(0.01, 1e4), st.integers(0, 10**6))
def test_blocks_of_any_size_give_plain_attention(keys, block, size, seed):
    torch.manual_seed(seed)
    q, k, v = torch.randn(2, 3, 4), torch.randn(2, keys, 4), torch.randn(2, keys, 5)
    torch.testing.assert_close(
        streaming_attention(size * q, k, v, block), attention(size * q, k, v)
    )


def test_gradients_are_those_of_plain_attention():
    torch.manual_seed(0)
    q, k, v = (torch.randn(6, 4, dtype=torch.float64, requires_grad=True) for _ in range(3))
    plain = torch.autograd.grad(attention(q, k, v).square().sum(), (q, k, v))
    streamed = torch.autograd.grad(streaming_attention(q, k, v, 4).square().sum(), (q, k, v))
    torch.testing.assert_close(streamed, plain)
