"""The bootstrap: as wide as statistics says, and narrower when examples are paired."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lmlab.tasks.bootstrap import RESAMPLES, bootstrap, draws, paired_bootstrap


def mean(sums):
    return sums[0] / sums[1]


def rows_of(values):
    return np.stack((values, np.ones(len(values))), axis=1)


@given(st.integers(1, 50), st.integers(0, 100))
def test_each_resample_draws_as_many_examples_as_there_are(n, seed):
    drawn = draws(n, seed)
    assert drawn.shape == (RESAMPLES, n) and (drawn.sum(axis=1) == n).all()
    assert np.array_equal(drawn, draws(n, seed))


def test_the_interval_is_that_of_the_mean():
    values = np.random.default_rng(0).normal(50, 10, size=400)
    found = bootstrap(rows_of(values), mean)
    half = 1.96 * values.std() / 20
    assert found.value == pytest.approx(values.mean())
    assert found.low == pytest.approx(values.mean() - half, abs=0.2)
    assert found.high == pytest.approx(values.mean() + half, abs=0.2)
    assert str(found).startswith(f"{found.value:.1f} (")


def test_the_seed_decides():
    rows = rows_of(np.random.default_rng(0).normal(size=30))
    assert bootstrap(rows, mean, 1) == bootstrap(rows, mean, 1) != bootstrap(rows, mean, 2)


def test_pairs_tell_apart_what_two_intervals_would_not():
    chance = np.random.default_rng(0)
    baseline = chance.normal(50, 20, size=200)
    ours = baseline + chance.normal(1, 2, size=200)
    apart = bootstrap(rows_of(ours), mean), bootstrap(rows_of(baseline), mean)
    found = paired_bootstrap(rows_of(ours), rows_of(baseline), mean)
    assert apart[0].low < apart[1].high and found.low > 0
    assert found.value == pytest.approx(apart[0].value - apart[1].value)


def test_a_score_that_is_no_mean_is_scored_on_each_resample():
    rows = rows_of(np.array([0.0, 0.0, 9.0]))
    squared = bootstrap(rows, lambda sums: mean(sums) ** 2)
    assert (squared.value, squared.low, squared.high) == (9.0, 0.0, 81.0)
