"""Sampling turns logits into one token."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from lmlab.generate import draw, keep_top_p, probabilities, sample

LOGITS = st.lists(st.floats(-50, 50), min_size=2, max_size=8).map(torch.tensor)


@settings(deadline=None)
@given(LOGITS, st.floats(0.05, 5), st.integers(1, 8), st.floats(0.05, 1))
def test_probabilities_sum_to_one_after_every_cut(logits, temperature, top_k, top_p):
    probs = probabilities(logits, temperature, top_k, top_p)
    torch.testing.assert_close(probs.sum(), torch.tensor(1.0))
    assert (probs >= 0).all() and 1 <= int((probs > 0).sum()) <= top_k


def test_temperature_divides_the_logits():
    logits = torch.tensor([1.0, 2.0, 4.0])
    torch.testing.assert_close(probabilities(logits, 0.5), (logits * 2).softmax(-1))
    assert probabilities(logits, 0.0).tolist() == [0.0, 0.0, 1.0]


def test_top_k_keeps_the_k_largest():
    probs = probabilities(torch.tensor([0.0, 3.0, 1.0, 2.0]), top_k=2)
    assert (probs > 0).tolist() == [False, True, False, True]


def test_top_p_keeps_the_fewest_tokens_that_reach_p():
    logits = torch.tensor([0.5, 0.3, 0.15, 0.05]).log()
    for p, kept in ((0.4, 1), (0.5, 1), (0.6, 2), (0.79, 2), (0.9, 3), (1.0, 4)):
        assert int((probabilities(logits, top_p=p) > 0).sum()) == kept, p


@settings(deadline=None)
@given(LOGITS, st.floats(0.05, 1))
def test_the_nucleus_reaches_p_and_would_not_without_its_last_token(logits, p):
    probs = logits.softmax(-1)
    kept = probs[keep_top_p(probs, p) > 0]
    assert kept.sum() >= p - 1e-6
    assert kept.sum() - kept.min() <= p + 1e-6


def test_what_the_nucleus_keeps_stays_in_its_place_and_proportion():
    probs = torch.tensor([[0.1, 0.5, 0.15, 0.25], [0.5, 0.15, 0.25, 0.1]])
    wanted = torch.tensor([[0, 2 / 3, 0, 1 / 3], [2 / 3, 0, 1 / 3, 0]])
    torch.testing.assert_close(keep_top_p(probs, 0.7), wanted)


def test_a_token_is_drawn_from_its_own_stretch_of_the_line():
    u = torch.tensor([0.0, 0.24, 0.25, 0.74, 0.75, 0.999])
    probs = torch.tensor([0.25, 0.5, 0.25]).expand(6, 3)
    assert draw(probs, u).tolist() == [0, 0, 1, 1, 2, 2]


@settings(deadline=None)
@given(LOGITS, st.floats(0, 1, exclude_max=True, width=32))
def test_an_impossible_token_is_never_drawn(logits, u):
    probs = torch.cat((torch.zeros(1), keep_top_p(logits.softmax(-1), 0.9), torch.zeros(1)))
    assert probs[draw(probs[None], torch.tensor([u]))] > 0


def test_a_line_that_rounding_made_too_short_still_ends_with_a_token():
    last = torch.tensor([1 - 2**-24])
    assert draw(torch.tensor([[0.5, 0.499, 0.0]]), last).tolist() == [1]


def test_large_logits_do_not_overflow():
    assert torch.isfinite(probabilities(torch.tensor([1e4, 0.0, -1e4]))).all()


def test_samples_follow_the_distribution():
    generator = torch.Generator().manual_seed(0)
    probs = torch.tensor([[0.7, 0.2, 0.1]]).expand(20_000, 3)
    share = sample(probs, generator).bincount(minlength=3) / 20_000
    torch.testing.assert_close(share, probs[0], atol=0.02, rtol=0)


def test_a_model_that_gives_nan_is_named():
    with pytest.raises(ValueError, match="hold nan"):
        sample(torch.tensor([[0.5, float("nan")]]))


@pytest.mark.parametrize(
    "settings, message",
    [
        ({"temperature": -1.0}, "temperature=-1.0 must be 0 or more"),
        ({"temperature": float("nan")}, "temperature=nan"),
        ({"top_k": 0}, "top_k=0 keeps no token"),
        ({"top_p": 0.0}, "top_p=0.0 must be above 0"),
        ({"top_p": 1.5}, "top_p=1.5 must be above 0 and at most 1"),
    ],
)
def test_senseless_settings_are_refused(settings, message):
    with pytest.raises(ValueError, match=message):
        probabilities(torch.zeros(3), **settings)
