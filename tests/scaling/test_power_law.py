"""Power laws: found again where they are known, with intervals that hold them."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lmlab.scaling import fit_power_law
from lmlab.scaling.power_law import exponent_between

SIZES = [1e5, 3e5, 1e6, 3e6, 1e7, 3e7]


def noisy(seed: int, noise: float = 0.01) -> list[float]:
    scatter = np.random.default_rng(seed).normal(0, noise, len(SIZES))
    return [1.2 + 50 * x**-0.3 + e for x, e in zip(SIZES, scatter, strict=True)]


@given(st.floats(0, 3), st.floats(0.1, 100), st.floats(0.1, 1))
@settings(max_examples=30, deadline=None)
def test_a_law_without_noise_is_found_again(floor, factor, exponent):
    law = fit_power_law(SIZES, [floor + factor * x**-exponent for x in SIZES], draws=2)
    spread = factor * SIZES[0] ** -exponent
    assert law(SIZES[2]) == pytest.approx(floor + factor * SIZES[2] ** -exponent, abs=spread / 100)
    assert law.exponent == pytest.approx(exponent, rel=0.02)
    assert law.floor == pytest.approx(floor, abs=spread / 100)


def test_intervals_hold_the_truth_about_as_often_as_they_say():
    laws = [fit_power_law(SIZES, noisy(seed), draws=200) for seed in range(40)]
    low_high = [law.interval("exponent") for law in laws]
    held = sum(low <= 0.3 <= high for low, high in low_high)
    assert 30 <= held <= 40
    low_high = [law.band(1e9) for law in laws]
    assert 30 <= sum(low <= 1.2 + 50 * 1e9**-0.3 <= high for low, high in low_high) <= 40


def test_the_band_is_widest_far_from_the_points():
    law = fit_power_law(SIZES, noisy(0))
    low, high = law.band(1e6)
    far_low, far_high = law.band(1e11)
    assert low < law(1e6) < high
    assert far_high - far_low > 2 * (high - low)
    assert far_low >= 0  # no floor is below 0


def test_more_noise_makes_wider_intervals():
    widths = []
    for noise in (0.001, 0.01):
        low, high = fit_power_law(SIZES, noisy(1, noise)).interval("exponent")
        widths.append(high - low)
    assert widths[1] > 3 * widths[0]


def test_the_same_points_and_seed_give_the_same_law():
    first, second = fit_power_law(SIZES, noisy(2)), fit_power_law(SIZES, noisy(2))
    assert first.interval("floor") == second.interval("floor")


@pytest.mark.parametrize(
    ("x", "y", "message"),
    [
        ([1, 2, 3, 4], [1.0], "4 sizes and 1 values"),
        ([1, 2, 3, 3], [3.0, 2.0, 1.0, 1.0], "3 different sizes"),
        ([0, 1, 2, 3], [4.0, 3.0, 2.0, 1.0], "above 0; 0 was given"),
    ],
)
def test_what_gives_no_law_is_refused(x, y, message):
    with pytest.raises(ValueError, match=message):
        fit_power_law(x, y)


def test_an_unknown_number_is_answered_with_those_there_are():
    law = fit_power_law(SIZES, noisy(0), draws=5)
    with pytest.raises(ValueError, match="'slope' is none of floor, factor, exponent"):
        law.interval("slope")
    with pytest.raises(ValueError, match="level=95.0 must be between 0 and 1"):
        law.band(1e6, level=95.0)


@given(st.floats(0, 3), st.floats(1, 100), st.floats(0.1, 1))
def test_two_points_and_the_floor_give_the_exponent(floor, factor, exponent):
    sizes = (10.0, 1000.0)
    losses = tuple(floor + factor * x**-exponent for x in sizes)
    assert exponent_between(sizes, losses, floor) == pytest.approx(exponent, rel=1e-6)


def test_a_loss_below_the_floor_has_no_exponent():
    with pytest.raises(ValueError, match="must be above the floor, 3"):
        exponent_between((1, 10), (4, 2), 3)
