"""What a run of DP-SGD promises: ε, from noise, sampling and steps. Opacus counts.

Built in chapter 8.2.
"""

import math
import warnings

from opacus.accountants import RDPAccountant


def epsilon_after(steps: int, noise: int | float, sample_rate: int | float, delta: float) -> float:
    """The ε of (ε, δ)-differential privacy after so many steps; infinite without noise.

    `noise` is σ, in units of the limit to which each example is clipped; `sample_rate` is the
    chance of an example to be in a batch. Source: Mironov et al. 2019 (arXiv 1908.10530), by way of
    opacus.accountants.
    """
    _check(noise, sample_rate, delta)
    if steps == 0:
        return 0.0
    if noise == 0:
        return math.inf
    accountant = RDPAccountant()
    accountant.history = [(noise, sample_rate, steps)]
    with warnings.catch_warnings():
        # It tells when the best of its orders is the first or the last: ε holds, and is loose.
        warnings.filterwarnings("ignore", message="Optimal order is the")
        return float(accountant.get_epsilon(delta))


def group_privacy(epsilon: int | float, delta: float, copies: int) -> tuple[float, float]:
    """(ε, δ) for `copies` examples together, such as one secret that stands in all of them.

    k ε and k e^{(k - 1) ε} δ, by adding up one copy after another: each may move what comes out by
    another factor of e^ε. It is a bound; what is lost may be less. See Vadhan 2017, lemma 2.2 (The
    Complexity of Differential Privacy).
    """
    if copies < 1:
        raise ValueError(f"copies={copies} must be 1 or more.")
    exponent = (copies - 1) * epsilon
    return copies * epsilon, copies * math.exp(min(exponent, 700)) * delta


def _check(noise: int | float, sample_rate: int | float, delta: float) -> None:
    if noise < 0:
        raise ValueError(f"noise={noise} is negative; it is σ, in units of the clipping limit.")
    if not 0 < sample_rate <= 1:
        raise ValueError(
            f"sample_rate={sample_rate} must be above 0 and at most 1: the size of a batch over "
            "the number of examples."
        )
    if not 0 < delta < 1:
        raise ValueError(
            f"delta={delta} must lie between 0 and 1; usual is less than 1 / number of examples."
        )
