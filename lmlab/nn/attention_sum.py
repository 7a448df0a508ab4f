"""A sum of attentions, read in two ways.

Over heads it is multi-head attention, to the last digit. Over blocks it is the residual stream
without its feedback: no block reads what another has written. Built in chapter 4.
"""

import torch
from jaxtyping import Bool, Float
from torch import Tensor

from lmlab.nn.attention import attention


def absorb_output(
    w_v: Float[Tensor, "d_model d_model"], w_o: Float[Tensor, "d_model d_model"], n_heads: int
) -> Float[Tensor, "n_heads d_model d_model"]:
    """For each head one matrix, W_O's slice times W_V's: the head's way from token to stream.

    Weights are (out, in), as nn.Linear keeps them: a head owns some rows of W_V and the same
    columns of W_O. Source: Elhage et al. 2021, "A mathematical framework for Transformer circuits".
    """
    pairs = zip(w_v.chunk(n_heads, dim=0), w_o.chunk(n_heads, dim=1), strict=True)
    return torch.stack([o @ v for v, o in pairs])


def sum_over_heads(
    x: Float[Tensor, "*batch time d_model"],
    w_q: Float[Tensor, "n_heads d_head d_model"],
    w_k: Float[Tensor, "n_heads d_head d_model"],
    w_v: Float[Tensor, "n_heads d_model d_model"],
    mask: Bool[Tensor, "time time"] | None = None,
) -> Float[Tensor, "*batch time d_model"]:
    """Σᵢ Attention(x W_i^Q, x W_i^K, x W_i^V), where W_i^V has absorbed the output projection.

    Weights are (out, in) for each head; a mask (True: may look) holds for all of them. Equal to
    `multi_head_attention`.
    """
    x = x.unsqueeze(-3)  # (*batch, 1, time, d_model): every head reads the same
    return attention(x @ w_q.mT, x @ w_k.mT, x @ w_v.mT, mask).sum(dim=-3)


def feedback_gap(slope: float, n_blocks: int) -> float:
    """(1 + a)ⁿ - (1 + n a): what n blocks x + a x in a row make of 1, beyond n that read it alone.

    The difference is what comes through two blocks or more.
    """
    return (1 + slope) ** n_blocks - (1 + n_blocks * slope)
