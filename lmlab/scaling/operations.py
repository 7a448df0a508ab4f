"""What a multiplication of matrices costs.

Built in chapter 3.1.
"""

import math
from collections.abc import Sequence

import torch


def matmul_flops(left: Sequence[int], right: Sequence[int]) -> int:
    """FLOPs of `a @ b` for a of shape (..., rows, inner) and b of shape (..., inner, columns).

    Each number of the result is a sum of `inner` products: a multiplication and an addition for
    each. Axes before the last two broadcast, as in PyTorch. Raises ValueError where the shapes do
    not fit. Built in chapter 3.1.
    """
    if left[-1] != right[-2]:
        raise ValueError(
            f"{tuple(left)} @ {tuple(right)} does not fit: the last axis of the left, {left[-1]}, "
            f"must be as long as the last but one of the right, {right[-2]}."
        )
    batch = torch.broadcast_shapes(tuple(left[:-2]), tuple(right[:-2]))
    return 2 * math.prod(batch) * left[-2] * left[-1] * right[-1]
