"""The ROC: for each threshold, how many are found and how many others are accused.

Built in chapter 8.2.
"""

from typing import NamedTuple

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from lmlab.tasks.bootstrap import LEVEL, RESAMPLES, Estimate


class ROC(NamedTuple):
    """For each threshold, from the strictest on, the shares that are called members."""

    false_positives: Float[Tensor, " thresholds"]
    """Of those that are none."""
    true_positives: Float[Tensor, " thresholds"]
    """Of the members."""

    def found_at(self, false_positives: float) -> float:
        """The share of members found where at most this share of others is accused."""
        return self.true_positives[self.false_positives <= false_positives].max().item()


def roc(members: Float[Tensor, " members"], others: Float[Tensor, " others"]) -> ROC:
    """The curve from (0, 0) to (1, 1), by scores that are higher for what looks like a member."""
    _require_some(members, others)
    thresholds = torch.cat((members, others)).unique().flip(0)
    above = [(scores >= thresholds[:, None]).double().mean(dim=1) for scores in (others, members)]
    return ROC(*(torch.cat((torch.zeros(1).double(), shares)) for shares in above))


def roc_area(members: Float[Tensor, " members"], others: Float[Tensor, " others"]) -> float:
    """The area under the ROC: how often a member's score is above that of one who is none.

    Of all pairs; a tie counts half. 0.5 is guessing, 1 is certainty.
    """
    _require_some(members, others)
    differences = members[:, None] - others  # (members, others)
    return ((differences > 0).double() + 0.5 * (differences == 0).double()).mean().item()


def area_estimate(
    members: Float[Tensor, " members"], others: Float[Tensor, " others"], seed: int = 0
) -> Estimate:
    """`roc_area`, and the interval in which it lies for 95 % of sets drawn anew from both sides."""
    _require_some(members, others)
    rng = np.random.default_rng(seed)
    ours, theirs = members.sort().values, others.sort().values
    wins = np.zeros(RESAMPLES)
    for place in range(RESAMPLES):
        a = torch.from_numpy(rng.integers(len(ours), size=len(ours)))
        b = torch.from_numpy(np.sort(rng.integers(len(theirs), size=len(theirs))))
        drawn, other = ours[a], theirs[b]
        below = torch.searchsorted(other, drawn) + torch.searchsorted(other, drawn, right=True)
        wins[place] = below.double().mean().item() / 2 / len(other)
    outside = 100 * (1 - LEVEL) / 2
    low, high = np.percentile(wins, (outside, 100 - outside))
    return Estimate(roc_area(members, others), float(low), float(high))


def _require_some(members: Tensor, others: Tensor) -> None:
    if not len(members) or not len(others):
        raise ValueError(
            f"{len(members)} members and {len(others)} others were given; a curve needs some of "
            "both."
        )
