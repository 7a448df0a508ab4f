"""Entropy, cross-entropy and divergence hang together as the formulas say."""

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from lmlab.text.information import cross_entropy, entropy, kl_divergence

seeds = st.integers(0, 10**6)


def distributions(seed):
    return torch.randn(2, 3, 6, generator=torch.Generator().manual_seed(seed)).double().softmax(-1)


@given(seeds)
def test_cross_entropy_is_entropy_and_divergence(seed):
    p, q = distributions(seed)
    torch.testing.assert_close(cross_entropy(p, q), entropy(p) + kl_divergence(p, q))


@given(seeds)
def test_divergence_is_above_zero_but_from_itself(seed):
    p, q = distributions(seed)
    assert (kl_divergence(p, q) > 0).all()
    assert kl_divergence(p, p).abs().max() < 1e-12


@given(st.integers(1, 500))
def test_entropy_of_even_choices_is_the_logarithm_of_their_number(n):
    even = torch.full((n,), 1 / n, dtype=torch.float64)
    assert entropy(even).item() == pytest.approx(math.log(n))


def test_what_never_comes_costs_nothing_and_what_is_ruled_out_costs_all():
    sure, even = torch.tensor([1.0, 0.0]), torch.tensor([0.5, 0.5])
    assert entropy(sure) == 0
    assert kl_divergence(sure, even).item() == pytest.approx(math.log(2))
    assert kl_divergence(even, sure) == torch.inf
    assert kl_divergence(sure, sure) == 0
