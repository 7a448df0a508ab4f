"""Calibration: whether a model is right as often as it says it is. Built in chapter 6.5."""

import math

import torch
from jaxtyping import Bool, Float
from torch import Tensor


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


def bin_of(confidence: int | float, n_bins: int) -> int:
    """The bin that `expected_calibration_error` puts a confidence in, counted from 0."""
    return min(max(math.ceil(n_bins * confidence), 1), n_bins) - 1
