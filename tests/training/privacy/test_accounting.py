"""ε: grows with steps and sampling, shrinks with noise; two accountants agree about its size."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from opacus.accountants import PRVAccountant

from lmlab.training.privacy.accounting import epsilon_after, group_privacy

RUN = dict(steps=80, noise=1.0, sample_rate=0.1, delta=1e-4)


@pytest.mark.parametrize(
    ("change", "grows"),
    [({"steps": 160}, True), ({"sample_rate": 0.2}, True), ({"delta": 1e-6}, True),
     ({"noise": 2.0}, False)],
)  # fmt: skip
def test_epsilon_moves_as_it_must(change, grows):
    assert (epsilon_after(**RUN | change) > epsilon_after(**RUN)) == grows


def test_no_noise_promises_nothing_and_no_step_loses_nothing():
    assert epsilon_after(**RUN | {"noise": 0.0}) == math.inf
    assert epsilon_after(**RUN | {"steps": 0}) == 0


def test_it_is_a_bound_above_the_tighter_account():
    tight = PRVAccountant()
    tight.history = [(RUN["noise"], RUN["sample_rate"], RUN["steps"])]
    found = tight.get_epsilon(RUN["delta"])
    assert found < epsilon_after(**RUN) < 1.5 * found


def test_the_whole_batch_once_is_the_gaussian_mechanism():
    """Without sampling: min over orders a of a / 2σ² + log(1/δ) / (a - 1) is an upper bound."""
    sigma, delta = 2.0, 1e-4
    textbook = 1 / (2 * sigma**2) + math.sqrt(2 * math.log(1 / delta)) / sigma
    assert 0.5 * textbook < epsilon_after(1, sigma, 1.0, delta) <= textbook


@given(st.floats(0.01, 5), st.integers(1, 6), st.integers(1, 6))
def test_groups_of_groups_are_groups(epsilon, first, second):
    """k copies of what has k' copies are k · k' copies."""
    once, twice = group_privacy(epsilon, 1e-6, first)
    assert group_privacy(once, twice, second)[0] == pytest.approx(
        group_privacy(epsilon, 1e-6, first * second)[0]
    )


def test_one_copy_is_the_promise_itself_and_two_are_less():
    assert group_privacy(2.0, 1e-5, 1) == (2.0, 1e-5)
    epsilon, delta = group_privacy(2.0, 1e-5, 2)
    assert epsilon == 4.0 and delta == pytest.approx(2 * math.exp(2) * 1e-5)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: epsilon_after(1, -1.0, 0.1, 1e-4), "noise=-1.0 is negative"),
        (lambda: epsilon_after(1, 1.0, 2.0, 1e-4), "sample_rate=2.0 must be"),
        (lambda: epsilon_after(1, 1.0, 0.1, 0.0), "delta=0.0 must lie"),
        (lambda: group_privacy(1.0, 1e-4, 0), "copies=0 must be"),
    ],
)
def test_what_makes_no_sense_is_refused(call, words):
    with pytest.raises(ValueError, match=words):
        call()
