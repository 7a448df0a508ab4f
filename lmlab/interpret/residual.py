"""The residual stream as what it is: a running sum.

Built in chapter 3.1.
"""

import torch
from jaxtyping import Float
from torch import Tensor


def residual_stream(
    embedded: Float[Tensor, "*batch d_model"], updates: Float[Tensor, "parts *batch d_model"]
) -> Float[Tensor, "parts+1 *batch d_model"]:
    """The stream at the start, and after each part has added its update.

    So it is in a pre-norm Transformer: parts read the stream and add to it; none overwrites it.
    Source: Elhage et al. 2021, "A mathematical framework for Transformer circuits".
    Built in chapter 3.1.
    """
    stream = [embedded]
    for update in updates:
        stream.append(stream[-1] + update)
    return torch.stack(stream)
