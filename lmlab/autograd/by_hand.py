"""Backward passes written out: from the gradient of a layer's output to those of its inputs.

`grad` is always dL/d(output), what the layer above hands down. Each function gets what the forward
pass kept, and returns one gradient for each input, in the input's shape. Built in chapter 3.2.
"""

import math

import torch
from jaxtyping import Float, Int
from torch import Tensor

from lmlab.autograd.broadcasting import sum_to_shape

Number = int | float


def neuron_backward(w: Number, x: Number, b: Number, y: Number) -> tuple[Number, Number, Number]:
    """Of (t - y)², t = tanh(w x + b), all of them numbers: the derivatives by w, x and b.

    The chain rule, from the outside in: 2 (t - y), times 1 - t², times what stands beside.
    """
    t = math.tanh(w * x + b)
    slope = 2 * (t - y) * (1 - t**2)
    return slope * x, slope * w, slope


def linear_backward(
    x: Float[Tensor, "*batch d_in"],
    weight: Float[Tensor, "d_out d_in"],
    grad: Float[Tensor, "*batch d_out"],
) -> tuple[Float[Tensor, "*batch d_in"], Float[Tensor, "d_out d_in"], Float[Tensor, " d_out"]]:
    """Of y = x Wᵀ + b: the gradients of x, W and b.

    dx = g W and dW = gᵀ x, summed over all rows of x; db = Σ g.
    """
    rows, grads = x.reshape(-1, x.size(-1)), grad.reshape(-1, grad.size(-1))
    return grad @ weight, grads.mT @ rows, grads.sum(dim=0)


def softmax_backward(
    probs: Float[Tensor, "*batch n"], grad: Float[Tensor, "*batch n"]
) -> Float[Tensor, "*batch n"]:
    """Of p = softmax(x): dx = p ⊙ (g - Σ p g), the sum over the last axis.

    This is (diag(p) - p pᵀ) g, without ever building the matrix.
    """
    return probs * (grad - (probs * grad).sum(dim=-1, keepdim=True))


def cross_entropy_backward(
    logits: Float[Tensor, "*batch vocab_size"], targets: Int[Tensor, "*batch"]
) -> Float[Tensor, "*batch vocab_size"]:
    """Of the mean of -log softmax(logits)[target]: (p - y) / N.

    y is 1 at the target and 0 elsewhere, N the number of targets.
    """
    grad = logits.softmax(dim=-1)
    grad.scatter_add_(-1, targets[..., None], -torch.ones_like(grad[..., :1]))
    return grad / targets.numel()


def embedding_backward(
    ids: Int[Tensor, "*batch"], grad: Float[Tensor, "*batch d_model"], vocab_size: int
) -> Float[Tensor, "vocab_size d_model"]:
    """Of y = table[ids]: each row of the table gets the sum over all places where its id stood."""
    table = grad.new_zeros(vocab_size, grad.size(-1))
    return table.index_add(0, ids.flatten(), grad.reshape(-1, grad.size(-1)))


def layer_norm_backward(
    x: Float[Tensor, "*batch d_model"],
    weight: Float[Tensor, " d_model"],
    grad: Float[Tensor, "*batch d_model"],
    eps: float = 1e-5,
) -> tuple[Float[Tensor, "*batch d_model"], Float[Tensor, " d_model"], Float[Tensor, " d_model"]]:
    """Of y = n ⊙ weight + bias, n = (x - mean) / s, s = √(variance + eps): of x, weight and bias.

    With h = g ⊙ weight: dx = (h - mean(h) - n · mean(h ⊙ n)) / s. The two means take off what would
    change the mean and the size of x, which the norm ignores.
    """
    s = (x.var(dim=-1, keepdim=True, unbiased=False) + eps).sqrt()
    n = (x - x.mean(dim=-1, keepdim=True)) / s
    h = grad * weight
    dx = (h - h.mean(dim=-1, keepdim=True) - n * (h * n).mean(dim=-1, keepdim=True)) / s
    return dx, sum_to_shape(grad * n, weight.shape), sum_to_shape(grad, weight.shape)


def attention_backward(
    q: Float[Tensor, "*batch query d_k"],
    k: Float[Tensor, "*batch key d_k"],
    v: Float[Tensor, "*batch key d_v"],
    weights: Float[Tensor, "*batch query key"],
    grad: Float[Tensor, "*batch query d_v"],
) -> tuple[
    Float[Tensor, "*batch query d_k"],
    Float[Tensor, "*batch key d_k"],
    Float[Tensor, "*batch key d_v"],
]:
    """Of y = weights v, weights = softmax(q kᵀ / √d_k): the gradients of q, k and v.

    The mask needs no line of its own: where a weight is 0, its score gets no gradient.
    """
    grad_scores = softmax_backward(weights, grad @ v.mT) / math.sqrt(q.size(-1))
    return grad_scores @ k, grad_scores.mT @ q, weights.mT @ grad
