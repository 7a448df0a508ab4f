"""Sampling: from the logits of the next token to one token.

Built in chapters 0 and 2.1.
"""

import torch
from jaxtyping import Float, Int
from torch import Tensor
from torch.nn import functional as F


def probabilities(
    logits: Float[Tensor, "*batch vocab_size"],
    temperature: float = 1.0,
    top_k: int | None = None,
    top_p: float | None = None,
) -> Float[Tensor, "*batch vocab_size"]:
    """softmax(logits / temperature) over the last axis, after the cuts of top-k and top-p.

    temperature 0 puts all the weight on the largest logit. top_k keeps the k largest; top_p keeps
    the fewest tokens whose probabilities together reach p. What is kept is scaled to sum to one.
    Source: top-p, Holtzman et al. 2020, section 3.1 (arXiv 1904.09751).
    """
    check_settings(temperature, top_k, top_p)
    if temperature == 0:
        return F.one_hot(logits.argmax(dim=-1), logits.size(-1)).to(logits.dtype)
    probs = (logits / temperature).softmax(dim=-1)
    if top_k is not None:
        probs = _keep_top_k(probs, top_k)
    if top_p is not None:
        probs = keep_top_p(probs, top_p)
    return probs


def keep_top_p(
    probs: Float[Tensor, "*batch vocab_size"], p: float
) -> Float[Tensor, "*batch vocab_size"]:
    """The nucleus: the fewest tokens whose probabilities together reach p, 0 < p <= 1.

    The likeliest come first, and the token that crosses p is the last one kept. All others get
    probability 0; what is kept is scaled to sum to one. Source: Holtzman et al. 2020, section 3.1
    (arXiv 1904.09751). Built in chapter 2.1.
    """
    ordered, order = probs.sort(dim=-1, descending=True)
    before = ordered.cumsum(dim=-1) - ordered  # what the likelier tokens hold together
    ordered = ordered.masked_fill(before >= p, 0.0)  # the first token always stays
    probs = torch.zeros_like(probs).scatter(-1, order, ordered)
    return probs / probs.sum(dim=-1, keepdim=True)


def draw(
    probs: Float[Tensor, "batch vocab_size"], u: Float[Tensor, " batch"]
) -> Int[Tensor, " batch"]:
    """The token on which u falls, 0 <= u < 1, one for each distribution.

    The probabilities lie end to end, in the order of the ids, and fill the line from 0 to 1: token
    i from p_0 + … + p_{i-1}, which is still its own, up to p_0 + … + p_i, which is the next one's.
    With u uniform each token comes as often as its probability says: sampling by the inverse of the
    cumulative distribution. Built in chapter 2.1.
    """
    ends = probs.cumsum(dim=-1)  # where each token's stretch of the line ends
    u = u * ends[:, -1]  # rounding may end the line just short of 1, or beyond
    return (ends <= u[:, None]).sum(dim=-1)  # as many tokens lie wholly to the left of u


def sample(
    probs: Float[Tensor, "batch vocab_size"], generator: torch.Generator | None = None
) -> Int[Tensor, " batch"]:
    """Draw one token id from each distribution, with a uniform random number for each."""
    if probs.isnan().any():
        raise ValueError("the probabilities hold nan: the logits are not finite; check the model.")
    u = torch.rand(probs.size(0), generator=generator, device=probs.device)
    return draw(probs.float(), u)  # half precision cannot add up a whole vocabulary


def check_settings(temperature: float, top_k: int | None, top_p: float | None) -> None:
    """Raise ValueError, with the range that is wanted, when a setting makes no sense."""
    if not 0 <= temperature < float("inf"):
        raise ValueError(
            f"temperature={temperature} must be 0 or more: 0 always takes the likeliest token, "
            "1 samples from the model as it is."
        )
    if top_k is not None and top_k < 1:
        raise ValueError(f"top_k={top_k} keeps no token; use 1 or more, or None to keep all.")
    if top_p is not None and not 0 < top_p <= 1:
        raise ValueError(f"top_p={top_p} must be above 0 and at most 1; None keeps all tokens.")


def _keep_top_k(probs: Tensor, k: int) -> Tensor:
    kept = probs.topk(min(k, probs.size(-1)), dim=-1)
    probs = torch.zeros_like(probs).scatter(-1, kept.indices, kept.values)
    return probs / probs.sum(dim=-1, keepdim=True)
