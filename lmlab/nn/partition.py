"""Z, the sum that a softmax divides by, and the softmax as the distribution with most entropy.

Built in chapter 4.
"""

from jaxtyping import Float
from torch import Tensor


def stable_softmax(scores: Float[Tensor, "*batch key"]) -> Float[Tensor, "*batch key"]:
    """exp(s) / Z with Z = Σ exp(s), one Z for each row.

    A softmax does not change when all its scores are shifted. So the largest is brought to 0 first,
    and no exponential overflows.
    """
    powers = (scores - scores.amax(dim=-1, keepdim=True)).exp()
    return powers / powers.sum(dim=-1, keepdim=True)


def logsumexp(scores: Float[Tensor, "*batch key"]) -> Float[Tensor, "*batch"]:
    """ln Z = ln Σ exp(s) for each row: a little above its largest score.

    ln Z = m + ln Σ exp(s - m) for every m; with the largest score as m nothing overflows.
    """
    largest = scores.amax(dim=-1, keepdim=True)
    return largest.squeeze(-1) + (scores - largest).exp().sum(dim=-1).log()


def maximum_entropy(scores: Float[Tensor, " key"], mean: float) -> Float[Tensor, " key"]:
    """Of all distributions whose mean score is `mean`, the one with the largest entropy.

    It is softmax(β s). The mean grows with β, so that halving an interval finds β. Source: Jaynes
    1957, "Information theory and statistical mechanics". Raises ValueError when no β gives `mean`.
    """
    lowest, highest = scores.min().item(), scores.max().item()
    if not lowest < mean < highest:
        raise ValueError(
            f"mean={mean} must lie between the smallest score, {lowest}, and the largest, "
            f"{highest}: no distribution that uses all keys has another mean."
        )
    high = 100 / (highest - lowest)  # beyond it one key has all the weight, up to e⁻¹⁰⁰
    low = -high
    for _ in range(60):
        beta = (low + high) / 2
        probs = (beta * scores).softmax(dim=-1)
        low, high = (beta, high) if probs @ scores < mean else (low, beta)
    return probs
