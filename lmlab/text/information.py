"""Information: how much a distribution surprises, and how much more one that is wrong.

All in nats; divide by ln 2 for bits. Built in chapter 4.
"""

from jaxtyping import Float
from torch import Tensor


def entropy(p: Float[Tensor, "*batch n"]) -> Float[Tensor, "*batch"]:
    """H(p) = -Σ p ln p: the mean surprise of someone who knows p. 0 ln 0 counts as 0.

    Source: Shannon 1948, section 6.
    """
    return -p.xlogy(p).sum(dim=-1)


def cross_entropy(
    p: Float[Tensor, "*batch n"], q: Float[Tensor, "*batch n"]
) -> Float[Tensor, "*batch"]:
    """H(p, q) = -Σ p ln q: the mean surprise of someone who believes q, when p is true."""
    return -p.xlogy(q).sum(dim=-1)


def kl_divergence(
    p: Float[Tensor, "*batch n"], q: Float[Tensor, "*batch n"]
) -> Float[Tensor, "*batch"]:
    """KL(p, q) = Σ p ln(p/q) = H(p, q) - H(p): the surprise that believing q costs. Never below 0.

    Infinite where q rules out what p allows. Source: Kullback & Leibler 1951.
    """
    return (p.xlogy(p) - p.xlogy(q)).sum(dim=-1)
