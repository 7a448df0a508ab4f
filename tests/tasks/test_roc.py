"""The ROC: the curve and its area agree with each other and with scikit-learn's."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import roc_auc_score

from lmlab.tasks.roc import area_estimate, roc, roc_area

SCORES = st.lists(st.integers(-5, 5).map(float), min_size=1, max_size=12).map(torch.tensor)


@given(SCORES, SCORES)
def test_the_area_is_that_of_scikit_learn_ties_counted_in(members, others):
    labels = [1] * len(members) + [0] * len(others)
    theirs = roc_auc_score(labels, torch.cat((members, others)).numpy())
    assert roc_area(members, others) == pytest.approx(theirs)


@given(SCORES, SCORES)
def test_the_area_is_that_under_the_curve(members, others):
    curve = roc(members, others)
    assert curve.false_positives[[0, -1]].tolist() == [0, 1]
    assert curve.true_positives[[0, -1]].tolist() == [0, 1]
    under = np.trapezoid(curve.true_positives, curve.false_positives)
    assert under == pytest.approx(roc_area(members, others))


def test_found_at_takes_the_best_threshold_that_accuses_few_enough():
    curve = roc(torch.tensor([5.0, 4.0, 1.0]), torch.tensor([3.0, 2.0, 2.0, 0.0]))
    assert curve.found_at(0.0) == pytest.approx(2 / 3)
    assert curve.found_at(0.8) == 1.0


def test_scores_that_say_nothing_have_an_area_about_a_half():
    members, others = torch.randn(2, 800, generator=torch.Generator().manual_seed(0))
    estimate = area_estimate(members, others)
    assert estimate.low < 0.5 < estimate.high
    assert estimate.high - estimate.low < 0.08
    shifted = area_estimate(members + 1, others)
    assert shifted.low > 0.7 and shifted.low < shifted.value < shifted.high


@pytest.mark.parametrize("judge", [roc, roc_area, area_estimate])
def test_scores_of_one_side_alone_are_refused(judge):
    with pytest.raises(ValueError, match="0 members and 1 others"):
        judge(torch.tensor([]), torch.tensor([1.0]))
