"""Attention rollout: from which tokens of the text did it come, through all layers?

Built in chapter 5.2.
"""

import torch
from jaxtyping import Float
from torch import Tensor


def rollout(
    weights: Float[Tensor, "layers heads time time"],
) -> Float[Tensor, "layers time time"]:
    """For each layer, how much of each token (column) has come to each position (row) so far.

    Heads are averaged, and the residual stream, by which each position keeps what it has, counts
    as much as attention: A = (mean of heads + I) / 2, rows normed to sum to 1. Then
    rollout(layer) = A(layer) · rollout(layer - 1). It knows nothing of values, feed-forward or how
    much each part really writes: a picture of where information can flow, not of what is used.
    Source: Abnar & Zuidema 2020, section 3 (arXiv 2005.00928); their attention flow is left out.
    """
    identity = torch.eye(weights.size(-1), dtype=weights.dtype, device=weights.device)
    mixed = weights.mean(dim=1) + identity  # (layers, time, time)
    mixed = mixed / mixed.sum(dim=-1, keepdim=True)
    flows = [mixed[0]]
    for layer in mixed[1:]:
        flows.append(layer @ flows[-1])
    return torch.stack(flows)
