"""Norms: keep each vector of the residual stream at a size the next layer can work with.

The functions are the equations; the modules hold their weights. Built in chapter 2.3.
"""

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional as F


def layer_norm(
    x: Float[Tensor, "*batch d_model"],
    weight: Float[Tensor, " d_model"],
    bias: Float[Tensor, " d_model"],
    eps: float = 1e-5,
) -> Float[Tensor, "*batch d_model"]:
    """(x - mean) / √(variance + eps) · weight + bias, over the last axis.

    The variance is the mean of the squares, not the sum over d_model - 1. The module below uses
    PyTorch's kernel, which gives the same in a fifth of the time.
    Source: Ba, Kiros & Hinton 2016, eq. 4 (arXiv 1607.06450).
    """
    centred = x - x.mean(dim=-1, keepdim=True)
    variance = (centred * centred).mean(dim=-1, keepdim=True)
    return centred * torch.rsqrt(variance + eps) * weight + bias


def rms_norm(
    x: Float[Tensor, "*batch d_model"],
    weight: Float[Tensor, " d_model"],
    eps: float = 1e-6,
) -> Float[Tensor, "*batch d_model"]:
    """x / √(mean(x²) + eps) · weight, over the last axis: no mean taken off, no bias.

    Source: Zhang & Sennrich 2019, eq. 4 (arXiv 1910.07467).
    """
    mean_square = (x * x).mean(dim=-1, keepdim=True)
    return x * torch.rsqrt(mean_square + eps) * weight


class LayerNorm(nn.Module):
    """`layer_norm` with a learned weight and bias."""

    def __init__(self, d_model: int, eps: float = 1e-5):
        super().__init__()
        self.eps = eps
        self.weight = nn.Parameter(torch.ones(d_model))
        self.bias = nn.Parameter(torch.zeros(d_model))

    def forward(self, x: Float[Tensor, "*batch d_model"]) -> Float[Tensor, "*batch d_model"]:
        """Mean 0 and variance 1 for each vector, then a learned scale and shift."""
        return F.layer_norm(x, self.weight.shape, self.weight, self.bias, self.eps)


class RMSNorm(nn.Module):
    """`rms_norm` with a learned weight."""

    def __init__(self, d_model: int, eps: float = 1e-6):
        super().__init__()
        self.eps = eps
        self.weight = nn.Parameter(torch.ones(d_model))

    def forward(self, x: Float[Tensor, "*batch d_model"]) -> Float[Tensor, "*batch d_model"]:
        """Root mean square 1 for each vector, then a learned scale."""
        return rms_norm(x, self.weight, self.eps)
