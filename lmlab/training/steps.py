"""The step of each optimiser, written out: weight, gradient and memory in, weight and memory out.

They equal PyTorch's optimisers; `Descent` applies them to many weights. Built in chapter 3.2.
"""

from collections.abc import Sequence

import torch
from jaxtyping import Float
from torch import Tensor

from lmlab.training.muon import muon_direction

Weight = Float[Tensor, "*shape"]
Matrix = Float[Tensor, "rows columns"]


def sgd_step(
    weight: Weight, grad: Weight, velocity: Weight, lr: float, momentum: float = 0.0
) -> tuple[Weight, Weight]:
    """velocity ← momentum · velocity + grad, weight ← weight - lr · velocity.

    With momentum 0 this is plain gradient descent. Source: Polyak 1964; Robbins & Monro 1951.
    """
    velocity = momentum * velocity + grad
    return weight - lr * velocity, velocity


def rmsprop_step(
    weight: Weight, grad: Weight, square: Weight, lr: float, decay: float = 0.99, eps: float = 1e-8
) -> tuple[Weight, Weight]:
    """weight ← weight - lr · grad / (√square + eps): every number steps about equally far.

    `square` is the running mean of grad². Source: Tieleman & Hinton 2012, lecture 6.5.
    """
    square = decay * square + (1 - decay) * grad**2
    return weight - lr * grad / (square.sqrt() + eps), square


def adam_step(
    weight: Weight,
    grad: Weight,
    mean: Weight,
    square: Weight,
    step: int,
    lr: float,
    beta1: float = 0.9,
    beta2: float = 0.999,
    eps: float = 1e-8,
) -> tuple[Weight, Weight, Weight]:
    """weight ← weight - lr · m / (√s + eps); returns weight, mean and square. `step` counts from 1.

    The running means of grad and grad² begin at 0 and are too small at first: m = mean / (1 -
    beta1^step) and s = square / (1 - beta2^step) make up for it.
    Source: Kingma & Ba 2015, algorithm 1 (arXiv 1412.6980).
    """
    mean = beta1 * mean + (1 - beta1) * grad
    square = beta2 * square + (1 - beta2) * grad**2
    m, s = mean / (1 - beta1**step), square / (1 - beta2**step)
    return weight - lr * m / (s.sqrt() + eps), mean, square


def adamw_step(
    weight: Weight,
    grad: Weight,
    mean: Weight,
    square: Weight,
    step: int,
    lr: float,
    beta1: float = 0.9,
    beta2: float = 0.999,
    eps: float = 1e-8,
    weight_decay: float = 0.01,
) -> tuple[Weight, Weight, Weight]:
    """Adam, and besides it every weight shrinks by lr · weight_decay, whatever its gradient.

    Source: Loshchilov & Hutter 2019, algorithm 2 (arXiv 1711.05101).
    """
    shrunk = weight * (1 - lr * weight_decay)
    return adam_step(shrunk, grad, mean, square, step, lr, beta1, beta2, eps)


def muon_step(
    weight: Matrix, grad: Matrix, velocity: Matrix, lr: float, momentum: float = 0.95
) -> tuple[Matrix, Matrix]:
    """velocity ← running mean of grad, weight ← weight - lr · `muon_direction`.

    Source: Jordan et al. 2024 (kellerjordan.github.io/posts/muon).
    """
    velocity = momentum * velocity + (1 - momentum) * grad
    return weight - lr * muon_direction(grad, velocity, momentum), velocity


def clip_gradients(
    grads: Sequence[Float[Tensor, "..."]], max_norm: float
) -> list[Float[Tensor, "..."]]:
    """All gradients scaled down together when, as one long vector, they are longer than max_norm.

    Source: Pascanu, Mikolov & Bengio 2013, algorithm 1 (arXiv 1211.5063).
    """
    norm = torch.stack([grad.square().sum() for grad in grads]).sum().sqrt()
    scale = (max_norm / norm).clamp(max=1.0)
    return [scale * grad for grad in grads]
