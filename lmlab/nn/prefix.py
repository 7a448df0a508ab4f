"""A mask between the encoder's and the decoder's.

Built in chapter 2.3.
"""

import torch
from jaxtyping import Bool
from torch import Tensor

from lmlab.nn.masks import causal_mask


def prefix_mask(
    length: int, prefix: int, device: torch.device | str | None = None
) -> Bool[Tensor, "length length"]:
    """All may look at the first `prefix` positions; what follows is causal.

    With prefix = 0 it is the mask of a decoder, with prefix = length that of an encoder. Source:
    the prefix language model of Raffel et al. 2020, section 3.2.1 (arXiv 1910.10683).
    """
    if not 0 <= prefix <= length:
        raise ValueError(f"prefix={prefix} must be between 0 and length={length}.")
    mask = causal_mask(length, device=device)
    mask[:, :prefix] = True
    return mask
