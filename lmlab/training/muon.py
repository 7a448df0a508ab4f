"""Muon: momentum whose matrices are made orthogonal before each step.

Built in chapter 3.2. Source: Jordan et al. 2024, "Muon: an optimizer for hidden layers in neural
networks" (kellerjordan.github.io/posts/muon).
"""

import torch
from jaxtyping import Float
from torch import Tensor

from lmlab.training.distributed.wrapping import part_of, whole

_COEFFICIENTS = (3.4445, -4.7750, 2.0315)  # Jordan et al.: steep at 0, so that five steps do


def orthogonalise(
    matrix: Float[Tensor, "*batch rows columns"], steps: int = 5
) -> Float[Tensor, "*batch rows columns"]:
    """Keep the directions of a matrix and bring all its singular values near 1.

    Newton–Schulz iteration of the odd polynomial a·X + b·XXᵀX + c·(XXᵀ)²X. The singular values end
    between about 0.7 and 1.2, which is near enough for an optimiser.
    """
    a, b, c = _COEFFICIENTS
    tall = matrix.size(-2) > matrix.size(-1)
    x = matrix.mT if tall else matrix
    shape, x = x.shape, x.reshape(-1, *x.shape[-2:])  # what follows takes one axis of matrices
    x = x / x.norm(dim=(-2, -1), keepdim=True).clamp(min=1e-7)
    for _ in range(steps):
        gram = x @ x.mT
        factor = torch.baddbmm(gram, gram, gram, beta=b, alpha=c)  # b·G + c·G²
        x = torch.baddbmm(x, factor, x, beta=a)  # a·X + (b·G + c·G²)·X, without a pass for each sum
    x = x.reshape(shape)
    return x.mT if tall else x


def muon_direction(
    grad: Float[Tensor, "*batch rows columns"],
    velocity: Float[Tensor, "*batch rows columns"],
    momentum: float = 0.95,
) -> Float[Tensor, "*batch rows columns"]:
    """Where Muon goes: the orthogonalised Nesterov momentum, times √max(1, rows / columns).

    `velocity` is the running mean of the gradients, `grad` taken in.
    """
    ahead = grad.lerp(velocity, momentum)  # Nesterov: look one step ahead
    return orthogonalise(ahead) * max(1.0, grad.size(-2) / grad.size(-1)) ** 0.5


class Muon(torch.optim.Optimizer):
    """For the matrices inside a model; embeddings, the head and vectors belong to AdamW.

    Each step moves a weight by lr · `muon_direction`.
    """

    def __init__(self, params, lr: float = 0.02, momentum: float = 0.95, weight_decay: float = 0.0):
        super().__init__(params, {"lr": lr, "momentum": momentum, "weight_decay": weight_decay})

    @torch.no_grad()
    def step(self, closure=None) -> None:
        """Update every weight that has a gradient; weights of one shape are worked on together."""
        for group in self.param_groups:
            for params in _by_shape(group["params"]):
                self._step_together(params, **{k: v for k, v in group.items() if k != "params"})

    def _step_together(self, params, lr: float, momentum: float, weight_decay: float) -> None:
        velocities = [self.state[p].setdefault("momentum", torch.zeros_like(p)) for p in params]
        for p, velocity in zip(params, velocities, strict=True):
            velocity.lerp_(p.grad, 1 - momentum)
        # Only a whole matrix can be made orthogonal: of parts, each process puts it together.
        grads = torch.stack([whole(p.grad) for p in params])
        directions = muon_direction(grads, torch.stack(list(map(whole, velocities))), momentum)
        for p, direction in zip(params, directions, strict=True):
            p.mul_(1 - lr * weight_decay).sub_(part_of(direction, p), alpha=lr)


def _by_shape(params) -> list[list[Tensor]]:
    groups: dict[torch.Size, list[Tensor]] = {}
    for p in params:
        if p.grad is not None:
            groups.setdefault(p.shape, []).append(p)
    return list(groups.values())
