"""Perplexity and bits per character are the same score in two units."""

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from lmlab.text.scores import bits_per_character, perplexity


@given(n_choices=st.integers(1, 1000), n_tokens=st.integers(1, 2000))
def test_equal_choices_are_counted(n_choices, n_tokens):
    log_probs = torch.full((n_tokens,), -math.log(n_choices))
    assert perplexity(log_probs) == pytest.approx(n_choices, rel=1e-4)


def test_perplexity_is_the_geometric_mean_of_one_over_the_probability():
    probs = torch.tensor([0.5, 0.25, 0.125])
    assert perplexity(probs.log()) == pytest.approx((2 * 4 * 8) ** (1 / 3))


@given(nats=st.floats(0.01, 20), characters=st.floats(0.1, 10))
def test_bits_per_character_undo_perplexity(nats, characters):
    bits = bits_per_character(nats, characters)
    assert 2 ** (bits * characters) == pytest.approx(math.exp(nats))


def test_nothing_to_score_is_refused():
    with pytest.raises(ValueError, match="no log-probabilities"):
        perplexity(torch.tensor([]))
    with pytest.raises(ValueError, match="characters_per_token=0.0 must be above 0"):
        bits_per_character(1.0, 0.0)
