"""When to say that there is no answer. Built in chapter 6.2."""

from jaxtyping import Float
from torch import Tensor


def best_threshold(
    margins: Float[Tensor, " questions"],
    if_answered: Float[Tensor, " questions"],
    if_not: Float[Tensor, " questions"],
) -> float:
    """The threshold with the highest total score, when margins above it are answered.

    `margins` says by how much the best span of each question beats "no answer", `if_answered` what
    that span would score, and `if_not` what no answer would. The threshold is one of the margins,
    or -inf: answer everything. Of equals it is the lowest.
    Source: Rajpurkar et al. 2018 (arXiv 1806.03822), `find_best_thresh` in evaluate-v2.0.py.
    """
    ordered, order = margins.sort()
    gained = (if_not - if_answered)[order].cumsum(dim=0)  # by leaving out the first, first two, …
    best = int(gained.argmax())
    return float(ordered[best]) if gained[best] > 0 else float("-inf")
