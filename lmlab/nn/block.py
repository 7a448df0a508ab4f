"""The block: attention and feed-forward, each added to the residual stream.

The block of a decoder that follows a source looks at that source in between. Built in chapter 2.3.
"""

from jaxtyping import Bool, Float
from torch import Tensor, nn
from torch.nn import functional as F

from lmlab.nn.attention import Cache, MultiHeadAttention
from lmlab.nn.feedforward import FeedForward
from lmlab.nn.taps import tap


class Block(nn.Module):
    """x + attention(norm(x)), then x + feed_forward(norm(x)); post-norm: norm(x + f(x)).

    Source: post-norm, Vaswani et al. 2017, section 3.1; pre-norm, Xiong et al. 2020, figure 1.
    """

    def __init__(
        self,
        attn: MultiHeadAttention,
        mlp: FeedForward,
        attn_norm: nn.Module,
        mlp_norm: nn.Module,
        *,
        post_norm: bool = False,
        dropout: float = 0.0,
    ):
        super().__init__()
        self.attn_norm, self.attn = attn_norm, attn
        self.mlp_norm, self.mlp = mlp_norm, mlp
        self.post_norm = post_norm
        self.dropout = dropout

    def forward(
        self, x: Float[Tensor, "batch time d_model"], **attention
    ) -> Float[Tensor, "batch time d_model"]:
        """`attention` (mask, causal, bias, rotation, cache) goes to the attention as it is."""
        x = self._add(self.attn, self.attn_norm, x, **attention)
        x = self._add(self.mlp, self.mlp_norm, x)
        return tap(self, "resid", x)

    def _add(self, part: nn.Module, norm: nn.Module, x: Tensor, **arguments) -> Tensor:
        """x + part(norm(x)), or norm(x + part(x)) with post-norm."""
        if self.post_norm:
            return norm(x + self._drop(part(x, **arguments)))
        return x + self._drop(part(norm(x), **arguments))

    def _drop(self, x: Tensor) -> Tensor:
        return F.dropout(x, self.dropout, self.training)


class DecoderBlock(Block):
    """A block with cross-attention to a memory, the encoder's output, before its feed-forward.

    Source: Vaswani et al. 2017, section 3.1 and figure 1, on the right.
    """

    def __init__(
        self,
        attn: MultiHeadAttention,
        cross: MultiHeadAttention,
        mlp: FeedForward,
        attn_norm: nn.Module,
        cross_norm: nn.Module,
        mlp_norm: nn.Module,
        *,
        post_norm: bool = False,
        dropout: float = 0.0,
    ):
        super().__init__(attn, mlp, attn_norm, mlp_norm, post_norm=post_norm, dropout=dropout)
        self.cross_norm, self.cross = cross_norm, cross

    def forward(
        self,
        x: Float[Tensor, "batch time d_model"],
        *,
        memory: Float[Tensor, "batch source d_model"],
        memory_mask: Bool[Tensor, "..."] | None = None,
        cache: Cache | None = None,
        **attention,
    ) -> Float[Tensor, "batch time d_model"]:
        """`memory_mask` (True: may look) broadcasts to (batch, n_heads, time, source).

        `attention` goes to the attention to x itself alone. A rotation or bias in it is of
        distances within one text; from one text to another there are none to speak of.
        """
        x = self._add(self.attn, self.attn_norm, x, cache=cache, **attention)
        x = self._add(self.cross, self.cross_norm, x, memory=memory, mask=memory_mask, cache=cache)
        x = self._add(self.mlp, self.mlp_norm, x)
        return tap(self, "resid", x)
