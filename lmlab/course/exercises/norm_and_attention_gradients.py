"""Backward through LayerNorm and through attention."""

import math

import torch

from lmlab.course.exercise import Exercise, Invariant, WrongAnswer
from lmlab.nn import attention_weights, causal_mask

CHAPTER = "03_2_backward_pass"


def _vectors(seed):
    """One vector of three numbers, then rows of them and texts."""
    generator = torch.Generator().manual_seed(seed)
    for batch, d_model in (((1,), 3), ((4,), 5), ((2, 3), 4)):
        x, grad = torch.randn(2, *batch, d_model, generator=generator)
        yield 2 * x + 1, 0.5 + torch.rand(d_model, generator=generator), grad, 1e-5


def _ignores_mean_and_size(answer, x, weight, grad, eps):
    dx = answer(x, weight, grad, eps)[0]
    n = x - x.mean(dim=-1, keepdim=True)
    zero = torch.zeros_like(dx[..., 0])
    return torch.allclose(dx.sum(-1), zero, atol=1e-3) and torch.allclose(
        (dx * n).sum(-1), zero, atol=1e-2
    )


def _mean(x):
    return x.mean(dim=-1, keepdim=True)


def _rows_summed(x):
    return x.reshape(-1, x.size(-1)).sum(dim=0)


def _layer_norm(
    dx=lambda h, n, s: (h - _mean(h) - n * _mean(h * n)) / s,
    h=lambda grad, weight: grad * weight,
    dweight=lambda grad, n, x: _rows_summed(grad * n),
    dbias=_rows_summed,
    unbiased=False,
):
    """The gradients, with one of their parts changed."""

    def answer(x, weight, grad, eps):
        s = (x.var(dim=-1, keepdim=True, unbiased=unbiased) + eps).sqrt()
        n = (x - _mean(x)) / s
        return dx(h(grad, weight), n, s), dweight(grad, n, x), dbias(grad)

    return answer


LAYER_NORM = Exercise(
    id="layer_norm_backward",
    chapter=CHAPTER,
    number="3.2.8",
    title="Backward through LayerNorm",
    difficulty=3,
    minutes=20,
    reference="lmlab.autograd.by_hand.layer_norm_backward",
    cases=_vectors,
    invariants=(
        Invariant(
            "ignores mean and size",
            _ignores_mean_and_size,
            "LayerNorm ignores the mean and the size of x, so dx must have no part along either.",
        ),
    ),
    wrong_answers=(
        WrongAnswer(
            _layer_norm(dx=lambda h, n, s: h / s),
            "Mean and variance are treated as constants; but they are made of x, and x reaches the "
            "output through them too.",
        ),
        WrongAnswer(
            _layer_norm(dx=lambda h, n, s: (h - n * _mean(h * n)) / s),
            "The way through the mean is missing: take mean(h) off.",
        ),
        WrongAnswer(
            _layer_norm(dx=lambda h, n, s: (h - _mean(h)) / s),
            "The way through the variance is missing: take n · mean(h n) off.",
        ),
        WrongAnswer(
            _layer_norm(dx=lambda h, n, s: (h - _mean(h) - n * _mean(h * n)) / s**2),
            "Divided by the variance; it is its root, the s of the forward pass, that is wanted.",
        ),
        WrongAnswer(
            _layer_norm(dx=lambda h, n, s: h - _mean(h) - n * _mean(h * n)),
            "The division by s is missing: the forward pass divides by it, so the backward one "
            "does.",
        ),
        WrongAnswer(
            _layer_norm(h=lambda grad, weight: grad),
            "The weight is missing in dx: go back through n · weight + bias first, h = g · weight.",
        ),
        WrongAnswer(
            _layer_norm(dweight=lambda grad, n, x: _rows_summed(grad * x)),
            "The weight multiplies n and not x: its gradient is Σ g n.",
        ),
        WrongAnswer(
            _layer_norm(dweight=lambda grad, n, x: grad * n),
            "The weight is shared by all rows: sum its gradient over them.",
        ),
        WrongAnswer(
            _layer_norm(dbias=lambda grad: grad),
            "The bias is shared by all rows: sum its gradient over them, as for a linear layer.",
        ),
        WrongAnswer(
            _layer_norm(unbiased=True),
            "The variance is divided by d - 1, as PyTorch's var does unless told otherwise: "
            "LayerNorm divides by d, unbiased=False.",
        ),
    ),
    hints=(
        "Begin as for a linear layer: dbias = Σ g, dweight = Σ g n over all rows, and h = g · "
        "weight is the gradient of n.",
        "x reaches n in three ways: directly (h / s), through the mean (take mean(h) off), and "
        "through s.",
        "dx = (h - mean(h) - n · mean(h · n)) / s, the means over the last axis, kept as an axis.",
    ),
)


def _attentions(seed):
    """Two tokens, causal; then more keys than queries, other widths, and several heads."""
    generator = torch.Generator().manual_seed(seed)
    sizes = (((), 2, 2, 2, 2), ((), 3, 3, 2, 4), ((2,), 4, 4, 3, 3), ((2, 2), 3, 5, 4, 2))
    for batch, query, key, d_k, d_v in sizes:
        shapes = (query, d_k), (key, d_k), (key, d_v), (query, d_v)
        q, k, v, grad = (torch.randn(*batch, *shape, generator=generator) for shape in shapes)
        mask = None if key > query else causal_mask(query, key)
        yield q, k, v, attention_weights(q, k, mask), grad


def _future_gets_nothing(answer, q, k, v, weights, grad):
    """When only the first query has a gradient, keys that it does not see get none."""
    first = torch.zeros_like(grad)
    first[..., 0, :] = grad[..., 0, :]
    hidden = weights[..., 0, :] == 0
    _, dk, dv = answer(q, k, v, weights, first)
    return not dk[hidden].any() and not dv[hidden].any()


def _jacobian(weights, g, dim=-1):
    return weights * (g - (weights * g).sum(dim=dim, keepdim=True))


def _attention(
    scores=_jacobian,
    scale=lambda q, v: math.sqrt(q.size(-1)),
    dq=lambda ds, k: ds @ k,
    dk=lambda ds, q: ds.mT @ q,
    dv=lambda weights, grad: weights.mT @ grad,
):
    """The gradients, with one of their parts changed."""

    def answer(q, k, v, weights, grad):
        ds = scores(weights, grad @ v.mT) / scale(q, v)
        return dq(ds, k), dk(ds, q), dv(weights, grad)

    return answer


def _scaled_once(q, k, v, weights, grad):
    dq, dk, dv = _attention()(q, k, v, weights, grad)
    return dq, dk * math.sqrt(q.size(-1)), dv


ATTENTION = Exercise(
    id="attention_backward",
    chapter=CHAPTER,
    number="3.2.9",
    title="Backward through attention",
    difficulty=3,
    minutes=20,
    reference="lmlab.autograd.by_hand.attention_backward",
    cases=_attentions,
    invariants=(
        Invariant(
            "the future gets nothing",
            _future_gets_nothing,
            "A key that no query looked at gets a gradient: something leaks past the mask.",
        ),
    ),
    wrong_answers=(
        WrongAnswer(
            _attention(scale=lambda q, v: 1.0),
            "The scores were divided by √d_k on the way forward, so their gradient is divided by "
            "it on the way back.",
        ),
        WrongAnswer(
            _attention(scale=lambda q, v: math.sqrt(v.size(-1))),
            "The scale is √ of the width of q and k, not of v.",
        ),
        WrongAnswer(
            _attention(scale=lambda q, v: float(q.size(-1))),
            "The scale is √d_k and not d_k: it is divided by once, for the scores.",
        ),
        WrongAnswer(
            _attention(scores=lambda weights, g: g),
            "The softmax is skipped: grad vᵀ is the gradient of the weights, and has to go back "
            "through the softmax to become that of the scores.",
        ),
        WrongAnswer(
            _attention(scores=lambda weights, g: weights * g),
            "In the softmax, Σ weights · g over the keys is to be taken off g.",
        ),
        WrongAnswer(
            _attention(scores=lambda weights, g: _jacobian(weights, g, dim=-2)),
            "The sum in the softmax runs over the queries; a row of the weights, over the keys, is "
            "a distribution.",
        ),
        WrongAnswer(
            _attention(dv=lambda weights, grad: weights @ grad),
            "For dv the weights are to be transposed: value j gets a share from every query that "
            "looked at it.",
        ),
        WrongAnswer(
            _attention(dk=lambda ds, q: ds @ q),
            "For dk the gradient of the scores is to be transposed: it is indexed by query, then "
            "key.",
        ),
        WrongAnswer(
            _scaled_once,
            "dq is divided by √d_k and dk is not: divide the gradient of the scores, once, before "
            "both.",
        ),
    ),
    hints=(
        "Three steps back: from the output to weights and v, through the softmax, from the scores "
        "to q and k. Each product is a linear layer.",
        "dv = weightsᵀ g, and the weights get g vᵀ. Through the softmax you have been: "
        "weights * (g - Σ weights · g).",
        "With ds that result divided by √d_k: dq = ds @ k, dk = ds.mT @ q, dv = weights.mT @ grad.",
    ),
)

EXERCISES = (LAYER_NORM, ATTENTION)
