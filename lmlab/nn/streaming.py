"""Attention that reads its keys in blocks and never holds a whole row of scores.

The idea inside the fused kernels (FlashAttention). Built in chapter 2.2.
"""

import torch
from jaxtyping import Float
from torch import Tensor

from lmlab.nn.attention import attention_scores


def streaming_attention(
    q: Float[Tensor, "*batch query d_k"],
    k: Float[Tensor, "*batch key d_k"],
    v: Float[Tensor, "*batch key d_v"],
    block: int,
) -> Float[Tensor, "*batch query d_v"]:
    """softmax(q kᵀ / √d_k) v, with memory for `block` keys at a time.

    Sums are kept relative to the largest score so far, and scaled down when a larger one comes.
    Source: Milakov & Gimelshein 2018 (arXiv 1805.02867); Dao et al. 2022 (arXiv 2205.14135).
    """
    largest = torch.full_like(q[..., :1], -torch.inf)  # (*batch, query, 1)
    total, mixed = torch.zeros_like(largest), 0.0
    for keys, values in zip(k.split(block, dim=-2), v.split(block, dim=-2), strict=True):
        scores = attention_scores(q, keys)  # (*batch, query, block)
        before, largest = largest, torch.maximum(largest, scores.amax(dim=-1, keepdim=True))
        shrink, powers = (before - largest).exp(), (scores - largest).exp()
        total = shrink * total + powers.sum(dim=-1, keepdim=True)
        mixed = shrink * mixed + powers @ values
    return mixed / total
