"""The block: attention and feed-forward, each added to the residual stream.

Built in chapter 2.3.
"""

from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional as F

from lmlab.nn.attention import MultiHeadAttention
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
        if self.post_norm:
            x = self.attn_norm(x + self._drop(self.attn(x, **attention)))
            x = self.mlp_norm(x + self._drop(self.mlp(x)))
        else:
            x = x + self._drop(self.attn(self.attn_norm(x), **attention))
            x = x + self._drop(self.mlp(self.mlp_norm(x)))
        return tap(self, "resid", x)

    def _drop(self, x: Tensor) -> Tensor:
        return F.dropout(x, self.dropout, self.training)
