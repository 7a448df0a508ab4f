"""The block that the document prints, in our words and with its faults; and the same, mended.

Used in chapter 5.
"""

from collections.abc import Callable

import torch
from jaxtyping import Float
from torch import Tensor, nn

from lmlab.nn.residual import Part

Attention = Callable[..., tuple[Tensor, Tensor | None]]
"""Called as PyTorch's `nn.MultiheadAttention` is: (query, key, value, attn_mask=…)."""


class DocumentBlock(nn.Module):
    """What section 5 of the document calls a Transformer block. It raises when it is called."""

    def __init__(self, d_model: int, n: int = 1, d_ff: int = 512, dropout: float = 0.1):
        super().__init__()
        self.attention = nn.MultiheadAttention(d_model, n, dropout=dropout)
        self.feed_forward = nn.Sequential(
            nn.Linear(d_model, d_ff), nn.ReLU(), nn.Linear(d_ff, d_model)
        )
        self.norm_1, self.norm_2 = nn.LayerNorm(d_model), nn.LayerNorm(d_model)
        self.drop = nn.Dropout(dropout)

    def attend(self, x: Tensor, y: Tensor) -> Tensor:
        """Attention from x to y, taken apart into three values."""
        attended, _, _ = self.attention(x, y, y)
        return attended

    def forward(self, x: Tensor, y: Tensor) -> tuple[Tensor, Tensor]:
        """Two results, one for each norm."""
        attended = self.drop(self.attend(x, y))
        fed = self.drop(self.feed_forward(x))
        return self.norm_1(x + attended), self.norm_2(fed + attended)


class RunningDocumentBlock(DocumentBlock):
    """The same block with its first fault mended alone, so that it runs and shows the others."""

    def attend(self, x: Tensor, y: Tensor) -> Tensor:
        """Attention from x to y: PyTorch's module returns two values."""
        attended, _ = self.attention(x, y, y)
        return attended


def mended_block(
    x: Float[Tensor, "batch time d_model"],
    attention: Attention,
    feed_forward: Part,
    attn_norm: Part,
    mlp_norm: Part,
) -> Float[Tensor, "batch time d_model"]:
    """The document's block as a causal one, post-norm as in 2017: one tensor in, one out.

    PyTorch's attention wants time before batch unless told otherwise, returns the weights too, and
    its mask says True where a query must *not* look.
    """
    rows = x.transpose(0, 1)  # (time, batch, d_model)
    future = torch.ones(len(rows), len(rows), dtype=torch.bool, device=x.device).triu(1)
    attended, _ = attention(rows, rows, rows, attn_mask=future)
    x = attn_norm(x + attended.transpose(0, 1))  # (batch, time, d_model)
    return mlp_norm(x + feed_forward(x))
