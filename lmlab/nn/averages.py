"""Averages: attention with even weights, and a dictionary that answers with a mixture.

Built in chapter 2.2.
"""

import torch
from jaxtyping import Float
from torch import Tensor


def causal_average(
    x: Float[Tensor, "*batch time d_model"],
) -> Float[Tensor, "*batch time d_model"]:
    """At each position, the mean of its own vector and all that stand before it."""
    sums = x.cumsum(dim=-2)
    counts = torch.arange(1, x.size(-2) + 1, device=x.device)  # how many vectors each sum holds
    return sums / counts[:, None]


def soft_lookup(
    query: Float[Tensor, " d_k"],
    keys: Float[Tensor, "key d_k"],
    values: Float[Tensor, "key d_v"],
    sharpness: int | float,
) -> Float[Tensor, " d_v"]:
    """The values, mixed with weights softmax(sharpness · keys query).

    With sharpness 0 all values count alike; the larger it is, the nearer the answer comes to the
    value of the best key, which a dictionary would give.
    """
    weights = (sharpness * keys @ query).softmax(dim=-1)  # (key,)
    return weights @ values
