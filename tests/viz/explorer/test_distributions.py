import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from lmlab.viz.explorer.distributions import (
    compared,
    distributions,
    in_short,
    likeliest,
    require_vocabulary,
)

SCORES = hnp.arrays(
    np.float32,
    hnp.array_shapes(min_dims=1, max_dims=3, max_side=6),
    elements=st.floats(-50, 50, width=32),
)


@given(SCORES)
def test_scores_become_probabilities_once(scores):
    once = distributions(scores)
    np.testing.assert_allclose(once.sum(axis=-1), 1, atol=1e-5)
    np.testing.assert_array_equal(distributions(once), once)
    np.testing.assert_allclose(distributions(np.log(once + 1e-30)), once, atol=1e-5)


@given(SCORES, st.integers(1, 8))
def test_the_likeliest_are_a_stable_sort(scores, n):
    expected = np.argsort(-scores, axis=-1, kind="stable")[..., :n]
    found = likeliest(scores, n)
    values = [np.take_along_axis(scores, ids, -1) for ids in (found, expected)]
    np.testing.assert_array_equal(*values)
    if len(np.unique(scores)) == scores.size:
        np.testing.assert_array_equal(found, expected)


def test_the_likeliest_before_and_after_are_told_together():
    before, after = np.array([0.7, 0.3, 0.0]), np.array([0.1, 0.3, 0.6])
    assert compared(before, after, [" a", "b", "<c>"], 1) == [("·a", 0.7, 0.1), ("<c>", 0.0, 0.6)]


def test_a_probability_is_kept_to_what_a_view_can_show():
    assert in_short(0.123449) == in_short(0.123441) == 0.1234
    assert in_short(0.0004) == 0.0004  # shown as "< 0.1 %"


def test_a_name_for_each_id_is_wanted():
    with pytest.raises(ValueError, match="2 names were given for a vocabulary of 3"):
        require_vocabulary(["a", "b"], 3)
