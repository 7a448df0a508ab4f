"""The softmax: over how many keys its weights are spread, and how they move with the scores.

Built in chapter 2.2.
"""

import torch
from jaxtyping import Float
from torch import Tensor


def effective_keys(weights: Float[Tensor, "*batch key"]) -> Float[Tensor, "*batch"]:
    """exp(-Σ w ln w): the number of keys that, weighted evenly, would be as spread.

    1 when all the weight is on one key, n when it is even over n keys; the perplexity of the
    weights. A weight of 0 adds nothing. Source: the exponential of the entropy of Shannon 1948.
    """
    entropy = -weights.xlogy(weights).sum(dim=-1)  # xlogy: 0 ln 0 = 0
    return entropy.exp()


def softmax_jacobian(probs: Float[Tensor, "*batch key"]) -> Float[Tensor, "*batch key key"]:
    """diag(p) - p pᵀ: how each probability (row) moves with each score (column).

    ∂pᵢ/∂sⱼ = pᵢ (δᵢⱼ - pⱼ) for p = softmax(s). Rows and columns sum to 0.
    """
    return torch.diag_embed(probs) - probs[..., :, None] * probs[..., None, :]
