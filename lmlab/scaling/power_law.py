"""A power law with a floor, fitted to a few measurements: what larger models would reach.

Built in chapter 8.1.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from numpy import ndarray

Number = int | float
_EXPONENTS = np.geomspace(0.01, 3, 600)  # 1 % apart; the best is looked for again in between


@dataclass(frozen=True, eq=False)
class PowerLaw:
    """floor + factor · x^-exponent, with the other laws that the same points could have given."""

    floor: float
    """What no size gets below: for a loss, the entropy of the text."""
    factor: float
    exponent: float
    resampled: Float[ndarray, "draws 3"]
    """Floor, factor and exponent of each fit to resampled points."""

    def __call__(self, x: Number) -> float:
        """The law's value at x."""
        return self.floor + self.factor * x**-self.exponent

    def interval(self, name: str, level: float = 0.95) -> tuple[float, float]:
        """Where "floor", "factor" or "exponent" lies in that share of the resampled fits."""
        names = ("floor", "factor", "exponent")
        if name not in names:
            raise ValueError(f"{name!r} is none of {', '.join(names)}.")
        return _middle(self.resampled[:, names.index(name)], level)

    def band(self, x: Number, level: float = 0.95) -> tuple[float, float]:
        """Where the value at x lies in that share of the resampled fits.

        It knows the scatter of the points alone. That the law still holds where nobody measured is
        a belief, and no interval tells how good it is.
        """
        floor, factor, exponent = self.resampled.T
        return _middle(floor + factor * x**-exponent, level)


def fit_power_law(
    x: Sequence[Number], y: Sequence[Number], *, draws: int = 500, seed: int = 0
) -> PowerLaw:
    """The law y ≈ floor + factor · x^-exponent of least squares, with floor ≥ 0.

    For a fixed exponent the rest is a straight line in x^-exponent, so only the exponent is
    searched, from 0.01 to 3. Intervals come from a bootstrap of residuals: those of the fit, made
    wider by √(n / (n - 3)) because three numbers were fitted to them, are dealt to the points
    anew, and the fit is repeated (Efron & Tibshirani 1993, chapter 9). Raises ValueError for fewer
    than four points or sizes. Built in chapter 8.1.
    """
    xs, ys = _checked(x, y)
    (fit,) = _fits(xs, ys[None], _EXPONENTS)
    near = fit[2] * np.geomspace(0.98, 1.02, 400)
    (fit,) = _fits(xs, ys[None], near)
    values = fit[0] + fit[1] * xs ** -fit[2]
    residuals = (ys - values) * (len(xs) / (len(xs) - 3)) ** 0.5
    dealt = np.random.default_rng(seed).choice(residuals, size=(draws, len(xs)))
    resampled = _fits(xs, values + dealt, _EXPONENTS)
    return PowerLaw(*(float(number) for number in fit), resampled)


def exponent_between(
    sizes: tuple[Number, Number], losses: tuple[Number, Number], floor: Number
) -> float:
    """The exponent of the law y = floor + factor · x^-exponent through two points.

    What is above the floor is a straight line where both axes are logarithms; the exponent is how
    steeply it falls. Source: Kaplan et al. 2020, section 1.2 (arXiv 2001.08361), with floor 0.
    Raises ValueError for a loss that is not above the floor. Built in chapter 8.1.
    """
    (small, large), (high, low) = sizes, losses
    if not min(high, low) > floor:
        raise ValueError(f"losses={losses} must be above the floor, {floor}; take a lower floor.")
    return math.log((high - floor) / (low - floor)) / math.log(large / small)


def _checked(x: Sequence[Number], y: Sequence[Number]) -> tuple[ndarray, ndarray]:
    if len(x) != len(y):
        raise ValueError(f"{len(x)} sizes and {len(y)} values were given; give pairs.")
    if len(set(x)) < 4:
        raise ValueError(
            f"{len(set(x))} different sizes were given; a law of three numbers needs four or more."
        )
    if min(x) <= 0:
        raise ValueError(f"the sizes must be above 0; {min(x)} was given.")
    return np.asarray(x, float), np.asarray(y, float)


def _fits(
    x: Float[ndarray, " points"],
    rows: Float[ndarray, "draws points"],
    exponents: Float[ndarray, " exponents"],
) -> Float[ndarray, "draws 3"]:
    """Floor, factor and exponent of least squares for each row."""
    scale = np.exp(np.log(x).mean())  # so that no power is very large or small
    powers = (x / scale) ** -exponents[:, None]  # (exponents, points)
    means = powers.mean(axis=1, keepdims=True)
    centred = powers - means
    factors = centred @ rows.T / (centred**2).sum(axis=1, keepdims=True)  # (exponents, draws)
    floors = rows.mean(axis=1) - factors * means
    free = powers @ rows.T / (powers**2).sum(axis=1, keepdims=True)  # the best with a floor of 0
    factors, floors = np.where(floors < 0, free, factors), np.maximum(floors, 0)
    found = floors[..., None] + factors[..., None] * powers[:, None]
    best = ((found - rows) ** 2).sum(axis=-1).argmin(axis=0), np.arange(len(rows))
    exponent = exponents[best[0]]
    return np.stack([floors[best], factors[best] * scale**exponent, exponent], axis=1)


def _middle(values: ndarray, level: float) -> tuple[float, float]:
    if not 0 < level < 1:
        raise ValueError(f"level={level} must be between 0 and 1; 0.95 is usual.")
    low, high = np.quantile(values, [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)
