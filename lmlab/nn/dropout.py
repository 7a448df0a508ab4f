"""Dropout: in training some numbers are left out by chance, so that none is relied on.

Built in chapter 5. Source: Srivastava et al. 2014.
"""

from jaxtyping import Float
from torch import Tensor


def dropout(
    x: Float[Tensor, "*shape"], p: float, u: Float[Tensor, "*shape"]
) -> Float[Tensor, "*shape"]:
    """x with 0 where u < p; what is left is divided by 1 - p, so that the mean stays.

    `u` is drawn evenly from 0 to 1. The models draw it within PyTorch's `F.dropout`.
    """
    return x * (u >= p) / (1 - p)
