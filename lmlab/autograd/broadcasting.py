"""Broadcasting backward: what was copied on the way forward is added up on the way back.

Built in chapter 3.2.
"""

import numpy as np
from jaxtyping import Float
from torch import Tensor

Array = Float[np.ndarray, "..."] | Float[Tensor, "..."]


def sum_to_shape(grad: Array, shape: tuple[int, ...]) -> Array:
    """Bring the gradient of a broadcast result back to `shape`, that of the operand.

    Broadcasting puts new axes in front and repeats axes of length 1. Each copy has a gradient of
    its own, and the operand's is their sum.
    """
    if grad.shape == shape:
        return grad
    new = grad.ndim - len(shape)
    repeated = [new + place for place, length in enumerate(shape) if length == 1]
    return grad.sum(axis=(*range(new), *repeated), keepdims=True).reshape(shape)
