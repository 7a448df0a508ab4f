"""Calibration: whether a model is right as often as it says it is. Built in chapter 6.5."""

import math
from typing import NamedTuple

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor
from torch.nn import functional as F


def expected_calibration_error(
    confidence: Float[Tensor, " n"], right: Bool[Tensor, " n"], n_bins: int = 10
) -> float:
    """Σ over bins of |B| / n · |accuracy of B - mean confidence of B|, from 0 to 1.

    Bin b of 1 … n_bins holds the predictions with (b - 1) / n_bins < confidence ≤ b / n_bins.
    Source: Guo et al. 2017, eq. 3 (arXiv 1706.04599).
    """
    if not len(confidence):
        raise ValueError("there is no prediction; give the confidence of one at least.")
    bins = (n_bins * confidence.double()).ceil().long().clamp(1, n_bins) - 1  # (n,)
    gap = torch.zeros(n_bins, dtype=torch.float64)
    gap.index_add_(0, bins, right.double() - confidence.double())  # |B| (accuracy - confidence)
    return (gap.abs().sum() / len(confidence)).item()


class Bin(NamedTuple):
    """Predictions of about the same confidence: their number, and how often they are right."""

    n: int
    confidence: float
    accuracy: float


def reliability(
    confidence: Float[Tensor, " n"], right: Bool[Tensor, " n"], n_bins: int = 10
) -> list[Bin]:
    """The bins of `expected_calibration_error` that hold a prediction, lowest first."""
    bins = torch.tensor([bin_of(each, n_bins) for each in confidence.tolist()])
    return [
        Bin(
            int(inside.sum()), float(confidence[inside].mean()), float(right[inside].float().mean())
        )
        for inside in (bins == place for place in range(n_bins))
        if inside.any()
    ]


def best_temperature(
    logits: Float[Tensor, "n classes"],
    classes: Int[Tensor, " n"],
    candidates: Float[Tensor, " candidates"],
) -> float:
    """Of the candidates the T for which softmax(logits / T) is least surprised by the classes.

    Surprise is the mean of -ln p(class). T > 1 makes a model less sure, and changes no prediction.
    Of equals it is the first. Source: Guo et al. 2017, section 4.2 (arXiv 1706.04599).
    """
    losses = torch.stack([F.cross_entropy(logits / t, classes) for t in candidates])
    return float(candidates[losses.argmin()])


def bin_of(confidence: int | float, n_bins: int) -> int:
    """The bin that `expected_calibration_error` puts a confidence in, counted from 0."""
    return min(max(math.ceil(n_bins * confidence), 1), n_bins) - 1
