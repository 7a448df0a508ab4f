"""The residual stream: parts read it and add to it; where the norm stands makes two kinds of block.

Built in chapter 2.3.
"""

from collections.abc import Callable

from jaxtyping import Float
from torch import Tensor

Part = Callable[[Tensor], Tensor]
"""Attention, feed-forward or a norm: (batch, time, d_model) in and out."""


def post_norm_block(
    x: Float[Tensor, "*batch d_model"],
    attention: Part,
    feed_forward: Part,
    attn_norm: Part,
    mlp_norm: Part,
) -> Float[Tensor, "*batch d_model"]:
    """norm(x + part(x)), for attention, then for feed-forward: each sum is normalised.

    Source: Vaswani et al. 2017, section 3.1 (arXiv 1706.03762).
    """
    x = attn_norm(x + attention(x))
    return mlp_norm(x + feed_forward(x))


def pre_norm_block(
    x: Float[Tensor, "*batch d_model"],
    attention: Part,
    feed_forward: Part,
    attn_norm: Part,
    mlp_norm: Part,
) -> Float[Tensor, "*batch d_model"]:
    """x + part(norm(x)), for attention, then for feed-forward: the sum itself is never touched.

    A model of such blocks has one more norm behind the last.
    Source: Xiong et al. 2020, figure 1 (arXiv 2002.04745).
    """
    x = x + attention(attn_norm(x))
    return x + feed_forward(mlp_norm(x))
