"""Where the score is a plain sum, every measure finds the parts; and what is taken away is gone."""

import pytest
import torch

from lmlab.interpret.importance import (
    gradient_times_input,
    importance,
    lead,
    occlusion,
    without,
)
from lmlab.models import HeadConfig, SequenceClassifier

WEIGHTS = torch.tensor([0.5, -2.0, 3.0, 0.0])


def test_leaving_out_finds_the_parts_of_a_sum():
    ids = torch.tensor([2, 1, 2, 3])
    torch.testing.assert_close(occlusion(lambda rows: WEIGHTS[rows].sum(-1), ids), WEIGHTS[ids])


def test_the_gradient_finds_the_parts_of_a_sum():
    x, slope = torch.randn(2, 5, 3, generator=torch.Generator().manual_seed(0))
    found = gradient_times_input(lambda y: (y * slope).sum(), x)
    torch.testing.assert_close(found, (x * slope).sum(-1))


def test_a_score_that_ignores_length_has_no_gradient_along_its_input():
    x = torch.randn(4, 6, generator=torch.Generator().manual_seed(0))
    found = gradient_times_input(lambda y: (y / y.norm(dim=-1, keepdim=True)).sum(), x)
    torch.testing.assert_close(found, torch.zeros(4), atol=1e-5, rtol=0)


def test_the_lead_is_the_log_odds():
    logits = torch.tensor([[0.2, -1.0, 2.0]])
    p = logits.softmax(-1)[0, 2]
    torch.testing.assert_close(lead(logits, 2)[0], (p / (1 - p)).log())


def test_the_most_important_tokens_are_taken_away():
    ids = torch.tensor([4, 5, 6, 7])
    assert without(ids, torch.tensor([0.1, 3.0, -9.0, 2.0]), 2).tolist() == [4, 6]


@pytest.mark.parametrize("training", [True, False])
def test_a_model_is_asked_for_all_three_and_left_as_it_was(training):
    torch.manual_seed(0)
    shape = {"d_model": 8, "n_layers": 2, "n_heads": 2, "context_length": 16}
    model = SequenceClassifier(HeadConfig(n_outputs=3, vocab_size=9, **shape)).train(training)
    found = importance(model, torch.tensor([1, 5, 2, 8]), 1)
    assert all(weights.shape == (4,) and not weights.requires_grad for weights in found)
    assert found.attention.sum() == pytest.approx(1, abs=1e-5)
    assert model.training == training
    assert all(weight.grad is None for weight in model.parameters())
