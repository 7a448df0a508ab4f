"""Attention with its projections as plain functions: from one text, and from one text to another.

`MultiHeadAttention` is the same with weights of its own. Built in chapter 2.2.
"""

from jaxtyping import Bool, Float
from torch import Tensor
from torch.nn import functional as F

from lmlab.nn.attention import attention, merge_heads, split_heads


def multi_head_attention(
    x: Float[Tensor, "*batch time d_model"],
    w_q: Float[Tensor, "d_model d_model"],
    w_k: Float[Tensor, "d_model d_model"],
    w_v: Float[Tensor, "d_model d_model"],
    w_o: Float[Tensor, "d_model d_model"],
    n_heads: int,
    mask: Bool[Tensor, "..."] | None = None,
) -> Float[Tensor, "*batch time d_model"]:
    """Concat(head₁, …, headₕ) W_O, where head_i is attention in the i-th slice of q, k and v.

    Weights are (out, in), as nn.Linear keeps them. `mask` broadcasts to (*batch, n_heads, time,
    time); True lets a query look at a key. Source: Vaswani et al. 2017, section 3.2.2.
    """
    q, k, v = (split_heads(F.linear(x, w), n_heads) for w in (w_q, w_k, w_v))
    heads = attention(q, k, v, mask)  # (*batch, n_heads, time, d_head)
    return F.linear(merge_heads(heads), w_o)


def cross_attention(
    x: Float[Tensor, "*batch query d_model"],
    memory: Float[Tensor, "*batch key d_memory"],
    w_q: Float[Tensor, "d_k d_model"],
    w_k: Float[Tensor, "d_k d_memory"],
    w_v: Float[Tensor, "d_v d_memory"],
    mask: Bool[Tensor, "..."] | None = None,
) -> Float[Tensor, "*batch query d_v"]:
    """Attention of one text, x, to another, memory: queries from x, keys and values from memory.

    Weights are (out, in), as nn.Linear keeps them. `mask` broadcasts to (*batch, query, key); True
    lets a query look at a key. Source: Bahdanau et al. 2015; Vaswani et al. 2017, section 3.2.3.
    """
    return attention(F.linear(x, w_q), F.linear(memory, w_k), F.linear(memory, w_v), mask)
