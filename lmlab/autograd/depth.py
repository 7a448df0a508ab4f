"""Vanishing and exploding: what is left of a gradient on its way down a deep stack of layers.

Built in chapter 3.2.
"""

import torch
from jaxtyping import Float
from torch import Tensor
from torch.nn import functional as F


def gradient_by_depth(
    n_layers: int,
    *,
    residual: bool = False,
    norm: bool = False,
    gain: float = 1.0,
    d_model: int = 64,
    seed: int = 0,
) -> Float[Tensor, " n_layers"]:
    """The length of dL/dx at the input of each layer, the lowest first, before any training.

    A layer is x ← relu(W x), or x ← x + relu(W x) with `residual`; with `norm` it reads
    LayerNorm(x). The entries of W are normal, σ = gain / √d_model. L is a random projection of the
    last output, of 32 random inputs.
    """
    generator = torch.Generator().manual_seed(seed)
    x = torch.randn(32, d_model, generator=generator).requires_grad_()
    inputs = []
    for _ in range(n_layers):
        inputs.append(x)
        weight = torch.randn(d_model, d_model, generator=generator) * gain / d_model**0.5
        out = F.linear(F.layer_norm(x, (d_model,)) if norm else x, weight).relu()
        x = x + out if residual else out
    loss = (x * torch.randn(x.shape, generator=generator)).sum()
    return torch.stack([grad.norm() for grad in torch.autograd.grad(loss, inputs)])
