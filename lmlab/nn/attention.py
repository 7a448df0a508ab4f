"""Attention: each position takes a weighted average of what other positions offer.

The functions are the equation; the module adds projections and heads. Built in chapter 2.2.
"""

import math
from collections.abc import Callable
from typing import Protocol, runtime_checkable

import torch
from jaxtyping import Bool, Float
from torch import Tensor, nn
from torch.nn import functional as F

from lmlab.nn.masks import causal_mask
from lmlab.nn.norms import RMSNorm
from lmlab.nn.positions import apply_rope
from lmlab.nn.taps import listening, tap

ROWS = 64
"""Queries whose causal weights are computed at a time: few enough for the processor's cache."""


def attention_scores(
    q: Float[Tensor, "*batch query d_k"],
    k: Float[Tensor, "*batch key d_k"],
) -> Float[Tensor, "*batch query key"]:
    """q kᵀ / √d_k: how well each key answers each query."""
    return (q / math.sqrt(q.size(-1))) @ k.mT  # q is divided: it is smaller than the scores


def weights_from_scores(
    scores: Float[Tensor, "*batch query key"],
    mask: Bool[Tensor, "..."] | None = None,
) -> Float[Tensor, "*batch query key"]:
    """Softmax over the keys, one distribution for each query.

    Masked keys (False) get weight 0. A query with every key masked gets all zeros, not NaN.
    """
    if mask is None:
        return scores.softmax(dim=-1)
    weights = scores.masked_fill(~mask, -torch.inf).softmax(dim=-1)
    sees_a_key = mask.any(dim=-1, keepdim=True)
    return weights if sees_a_key.all() else weights.masked_fill(~sees_a_key, 0.0)


def attention_weights(
    q: Float[Tensor, "*batch query d_k"],
    k: Float[Tensor, "*batch key d_k"],
    mask: Bool[Tensor, "..."] | None = None,
) -> Float[Tensor, "*batch query key"]:
    """softmax(q kᵀ / √d_k), one distribution over the keys for each query.

    `mask` broadcasts against (*batch, query, key); True lets a query look at a key.
    Source: Vaswani et al. 2017, eq. 1 (arXiv 1706.03762).
    """
    return weights_from_scores(attention_scores(q, k), mask)


def attention(
    q: Float[Tensor, "*batch query d_k"],
    k: Float[Tensor, "*batch key d_k"],
    v: Float[Tensor, "*batch key d_v"],
    mask: Bool[Tensor, "..."] | None = None,
) -> Float[Tensor, "*batch query d_v"]:
    """softmax(q kᵀ / √d_k) v: for each query, the weighted average of the values.

    Source: Vaswani et al. 2017, eq. 1 (arXiv 1706.03762).
    """
    return attention_weights(q, k, mask) @ v


def causal_weights(
    q: Float[Tensor, "*batch query d_k"],
    k: Float[Tensor, "*batch key d_k"],
) -> Float[Tensor, "*batch query key"]:
    """`attention_weights` with a causal mask, without the half of the work that it would hide.

    The queries are the last of the keys. Some of them at a time meet the keys up to their own; the
    mask is left with the corner in which a key may stand after a query.
    """
    n_queries, n_keys = q.size(-2), k.size(-2)
    weights = q.new_empty(*q.shape[:-1], n_keys)
    for start in range(0, n_queries, ROWS):
        end = min(start + ROWS, n_queries)
        seen = n_keys - n_queries + end
        scores = attention_scores(q[..., start:end, :], k[..., :seen, :])
        ahead = ~causal_mask(end - start, device=q.device)
        scores[..., start - end :].masked_fill_(ahead, -torch.inf)
        weights[..., start:end, :seen] = scores.softmax(dim=-1)
        weights[..., start:end, seen:] = 0.0
    return weights


def causal_attention(
    q: Float[Tensor, "*batch query d_k"],
    k: Float[Tensor, "*batch key d_k"],
    v: Float[Tensor, "*batch key d_v"],
) -> Float[Tensor, "*batch query d_v"]:
    """Attention in which no query sees a key that stands after it."""
    return attention(q, k, v, causal_mask(q.size(-2), k.size(-2), q.device))


def split_heads(
    x: Float[Tensor, "*batch time d_model"], n_heads: int
) -> Float[Tensor, "*batch n_heads time d_head"]:
    """Cut the width into n_heads slices, d_head = d_model / n_heads wide: one for each head."""
    return x.unflatten(-1, (n_heads, -1)).transpose(-3, -2)


def merge_heads(
    x: Float[Tensor, "*batch n_heads time d_head"],
) -> Float[Tensor, "*batch time d_model"]:
    """Lay the heads side by side again; undoes `split_heads`."""
    return x.transpose(-3, -2).flatten(-2)


def share_heads(
    x: Float[Tensor, "*batch n_kv_heads time d_head"], n_heads: int
) -> Float[Tensor, "*batch n_heads time d_head"]:
    """Give each of n_heads query heads the key/value head of its group of neighbours.

    Source: Ainslie et al. 2023, section 2.2 (arXiv 2305.13245).
    """
    group = n_heads // x.size(-3)
    return x if group == 1 else x.repeat_interleave(group, dim=-3)


@runtime_checkable
class Cache(Protocol):
    """Where one layer's keys and values wait for the queries to come (`lmlab.generate.cache`)."""

    def append(self, k: Tensor, v: Tensor) -> tuple[Tensor, Tensor]:
        """Add the new keys and values along time; return all there are."""

    def once(self, project: Callable[[], tuple[Tensor, Tensor]]) -> tuple[Tensor, Tensor]:
        """The keys and values of a memory, which stay: projected at the first call, then kept."""


class MultiHeadAttention(nn.Module):
    """Several attentions side by side, each in its own slice of the width, then mixed by out_proj.

    With a memory it is cross-attention: x asks, and what the memory holds answers.
    With n_kv_heads < n_heads, groups of query heads share keys and values (Ainslie et al. 2023).
    Source: Vaswani et al. 2017, sections 3.2.2 and 3.2.3.
    """

    def __init__(
        self,
        d_model: int,
        n_heads: int,
        n_kv_heads: int | None = None,
        *,
        bias: bool = False,
        out_bias: bool | None = None,
        qk_norm: bool = False,
        dropout: float = 0.0,
    ):
        super().__init__()
        n_kv_heads = n_heads if n_kv_heads is None else n_kv_heads
        self.n_heads, self.n_kv_heads, self.d_head = n_heads, n_kv_heads, d_model // n_heads
        self.dropout = dropout
        kv_width = n_kv_heads * self.d_head
        self.q_proj = nn.Linear(d_model, d_model, bias=bias)
        self.k_proj = nn.Linear(d_model, kv_width, bias=bias)
        self.v_proj = nn.Linear(d_model, kv_width, bias=bias)
        self.out_proj = nn.Linear(d_model, d_model, bias=bias if out_bias is None else out_bias)
        self.q_norm = RMSNorm(self.d_head) if qk_norm else nn.Identity()
        self.k_norm = RMSNorm(self.d_head) if qk_norm else nn.Identity()

    def forward(
        self,
        x: Float[Tensor, "batch query d_model"],
        *,
        memory: Float[Tensor, "batch key d_model"] | None = None,
        mask: Bool[Tensor, "..."] | None = None,
        causal: bool = False,
        bias: Float[Tensor, "..."] | None = None,
        rotation: tuple[Tensor, Tensor] | None = None,
        cache: Cache | None = None,
    ) -> Float[Tensor, "batch query d_model"]:
        """Queries come from x, keys and values from `memory`, or from x when there is none.

        `mask` (True: may look) and `bias` (added to the scores) broadcast to all heads. `rotation`
        is what `rope_rotation` returns for the positions of x.
        """
        q = split_heads(self.q_proj(x), self.n_heads)
        q = self.q_norm(q)  # (batch, n_heads, query, d_head)
        k, v = self._keys_values(x, memory, cache)
        if rotation is not None:
            q, k = apply_rope(q, rotation), apply_rope(k, rotation)
        q, k, v = tap(self, "q", q), tap(self, "k", k), tap(self, "v", v)
        if cache is not None and memory is None:
            k, v = cache.append(k, v)  # (batch, n_kv_heads, key, d_head)
        k, v = share_heads(k, self.n_heads), share_heads(v, self.n_heads)
        if listening(self, "scores") or listening(self, "weights"):
            heads = self._explicit(q, k, v, mask, causal, bias)
        else:
            heads = self._fused(q, k, v, mask, causal, bias)
        heads = tap(self, "heads", heads)  # (batch, n_heads, query, d_head)
        return tap(self, "out", self.out_proj(merge_heads(heads)))

    def _keys_values(self, x, memory, cache) -> tuple[Tensor, Tensor]:
        """Those of the memory where there is one, and only once where there is a cache."""
        if memory is None:
            return self._project(x)
        return self._project(memory) if cache is None else cache.once(lambda: self._project(memory))

    def _project(self, x: Tensor) -> tuple[Tensor, Tensor]:
        k = self.k_norm(split_heads(self.k_proj(x), self.n_kv_heads))
        return k, split_heads(self.v_proj(x), self.n_kv_heads)  # (batch, n_kv_heads, key, d_head)

    def _explicit(self, q, k, v, mask, causal, bias) -> Tensor:
        """The equation step by step, for when someone looks."""
        if causal and mask is None and bias is None and not listening(self, "scores"):
            weights = causal_weights(q, k)
        else:
            scores = attention_scores(q, k)
            scores = tap(self, "scores", scores if bias is None else scores + bias)
            weights = weights_from_scores(scores, _allowed(q, k, mask, causal))
        weights = tap(self, "weights", weights)  # (batch, n_heads, query, key)
        return F.dropout(weights, self.dropout, self.training) @ v

    def _fused(self, q, k, v, mask, causal, bias) -> Tensor:
        """The same numbers from PyTorch's kernel, which never stores the weights."""
        dropout = self.dropout if self.training else 0.0
        if mask is None and bias is None and q.size(-2) == k.size(-2):
            return F.scaled_dot_product_attention(q, k, v, dropout_p=dropout, is_causal=causal)
        allowed = _allowed(q, k, mask, causal)
        if bias is not None:
            allowed = bias if allowed is None else bias.masked_fill(~allowed, -torch.inf)
        return F.scaled_dot_product_attention(q, k, v, attn_mask=allowed, dropout_p=dropout)


def _allowed(q: Tensor, k: Tensor, mask: Tensor | None, causal: bool) -> Tensor | None:
    """The given mask and the causal one together; None when every query sees every key."""
    if not causal or q.size(-2) == 1:  # a single query is the last position: it sees all keys
        return mask
    ahead = causal_mask(q.size(-2), k.size(-2), q.device)
    return ahead if mask is None else mask & ahead
