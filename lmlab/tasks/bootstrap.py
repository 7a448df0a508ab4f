"""How far a score would move had other examples been drawn. Used throughout chapter 6."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int

RESAMPLES = 1000
LEVEL = 0.95

Rows = Float[np.ndarray, "examples statistics"]
Score = Callable[[Float[np.ndarray, " statistics"]], int | float]
"""From the sum of rows to a number."""


@dataclass(frozen=True)
class Estimate:
    """A number, and the interval in which 95 % of its resamples lie."""

    value: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.value:.1f} ({self.low:.1f} to {self.high:.1f})"


def bootstrap(rows: Rows, score: Score, seed: int = 0) -> Estimate:
    """The score of all examples, and of 1,000 sets of as many, drawn from them with replacement.

    The interval runs from the 2.5th to the 97.5th percentile of those.
    Source: Efron 1979; Efron & Tibshirani 1993, section 13.3.
    """
    sums = draws(len(rows), seed) @ rows  # (resamples, statistics)
    return _interval(score(rows.sum(axis=0)), [score(each) for each in sums])


def paired_bootstrap(rows: Rows, baseline: Rows, score: Score, seed: int = 0) -> Estimate:
    """The score of `rows` minus that of `baseline`, for the same examples, row by row.

    Both are scored on the same resamples: an example that is hard for both moves both, and not
    their difference. So it tells two models apart that two separate intervals would not.
    Source: Koehn 2004, section 4 (aclanthology.org/W04-3250).
    """
    drawn = draws(len(rows), seed)
    ours, theirs = ([score(each) for each in drawn @ side] for side in (rows, baseline))
    value = score(rows.sum(axis=0)) - score(baseline.sum(axis=0))
    return _interval(value, np.subtract(ours, theirs))


def draws(n: int, seed: int = 0) -> Int[np.ndarray, "resamples examples"]:
    """How often each of n examples is drawn, in each of 1,000 sets of n; rows sum to n."""
    return np.random.default_rng(seed).multinomial(n, np.full(n, 1 / n), size=RESAMPLES)


def _interval(value: int | float, resampled) -> Estimate:
    outside = 100 * (1 - LEVEL) / 2
    low, high = np.percentile(resampled, (outside, 100 - outside))
    return Estimate(float(value), float(low), float(high))
