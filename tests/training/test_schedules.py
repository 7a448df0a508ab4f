"""The learning rate climbs, stays and falls."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lmlab.training import TrainingConfig, learning_rate_factor


def _factors(**settings):
    config = TrainingConfig(**settings)
    return [learning_rate_factor(step, config) for step in range(config.steps)]


def test_warm_up_then_linear_to_zero():
    factors = _factors(steps=100, warmup_steps=9, decay_share=0.5)
    assert factors[0] == pytest.approx(0.1) and factors[9:51] == [1.0] * 42
    assert factors[75] == pytest.approx(0.5) and factors[99] == pytest.approx(0.02)


def test_no_decay_stays_at_the_top():
    assert _factors(steps=50, warmup_steps=0, decay="none") == [1.0] * 50


@given(st.integers(1, 300), st.integers(0, 50), st.sampled_from(["linear", "cosine", "none"]))
def test_factors_stay_above_zero_and_at_most_one(steps, warmup, decay):
    assert all(0 < f <= 1 for f in _factors(steps=steps, warmup_steps=warmup, decay=decay))


def test_cosine_falls_slowly_at_both_ends():
    factors = _factors(steps=100, warmup_steps=0, decay="cosine")
    assert factors[50] == pytest.approx(0.5)
    assert factors[0] - factors[5] < factors[50] - factors[55] > factors[90] - factors[95]
