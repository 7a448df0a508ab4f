"""Softmax and ln Z at any height of the scores; the softmax has most entropy."""

import pytest
import torch
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from lmlab.nn.partition import logsumexp, maximum_entropy, stable_softmax
from lmlab.text.information import entropy

seeds = st.integers(0, 10**6)


@settings(deadline=None, max_examples=25)
@given(seed=seeds, size=st.sampled_from([1.0, 100.0, 1e4]), shift=st.floats(-1e4, 1e4))
def test_both_agree_with_pytorch_at_any_height(seed, size, shift):
    torch.manual_seed(seed)
    scores = size * torch.randn(3, 5) + shift
    torch.testing.assert_close(stable_softmax(scores), scores.softmax(dim=-1))
    torch.testing.assert_close(logsumexp(scores), scores.logsumexp(dim=-1))


def test_rows_of_very_different_height_do_not_disturb_each_other():
    scores = torch.tensor([[1e4, 1e4 - 1], [0.0, 1.0]])
    assert stable_softmax(scores).isfinite().all()
    assert logsumexp(scores).tolist() == pytest.approx([1e4 + 0.3133, 1.3133], abs=1e-2)


def test_hidden_keys_get_no_weight():
    assert stable_softmax(torch.tensor([0.0, -torch.inf, 0.0])).tolist() == [0.5, 0.0, 0.5]


@settings(deadline=None, max_examples=25)
@given(seed=seeds, share=st.floats(0.01, 0.99))
def test_no_distribution_of_that_mean_has_more_entropy(seed, share):
    generator = torch.Generator().manual_seed(seed)
    scores = torch.randn(5, generator=generator, dtype=torch.float64)
    mean = torch.lerp(scores.min(), scores.max(), share).item()
    best = maximum_entropy(scores, mean)
    assert (best @ scores).item() == pytest.approx(mean)
    assume(best.min() > 1e-3)  # a smaller step would be lost in rounding
    keep = torch.stack((torch.ones_like(scores), scores))  # what must not change: sum and mean
    move = torch.randn(5, generator=generator, dtype=torch.float64)
    move = move - keep.T @ torch.linalg.solve(keep @ keep.T, keep @ move)
    for step in (-0.5, -0.1, 0.1, 0.5):
        other = best + step * best.min() / move.abs().max() * move  # still above 0
        assert entropy(other) < entropy(best)


def test_mean_of_a_softmax_gives_that_softmax_back():
    scores = torch.tensor([0.3, -1.0, 2.0, 0.5], dtype=torch.float64)
    probs = scores.softmax(dim=-1)
    torch.testing.assert_close(maximum_entropy(scores, (probs @ scores).item()), probs)


@pytest.mark.parametrize("mean", [2.0, 0.0, 5.0])
def test_mean_that_no_distribution_reaches_is_refused(mean):
    with pytest.raises(ValueError, match="must lie between the smallest score, 0.0"):
        maximum_entropy(torch.tensor([0.0, 1.0, 2.0]), mean)
