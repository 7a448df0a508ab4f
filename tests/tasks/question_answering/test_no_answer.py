"""The threshold that is found does as well as any."""

import torch
from hypothesis import given
from hypothesis import strategies as st

from lmlab.tasks.question_answering.no_answer import best_threshold


def total(threshold, margins, if_answered, if_not):
    return float(torch.where(margins > threshold, if_answered, if_not).double().sum())


@given(st.integers(1, 9), st.integers(0, 10**6))
def test_no_threshold_does_better(n, seed):
    generator = torch.Generator().manual_seed(seed)
    case = torch.randn(n, generator=generator), *torch.rand(2, n, generator=generator)
    found = total(best_threshold(*case), *case)
    for other in (-torch.inf, *case[0].tolist()):
        assert total(other, *case) <= found + 1e-5


def test_everything_is_answered_where_every_answer_helps():
    one = torch.ones(3)
    assert best_threshold(torch.tensor([-1.0, 0.0, 2.0]), one, 0 * one) == -torch.inf


def test_nothing_is_answered_where_no_answer_is_right():
    one = torch.ones(3)
    assert best_threshold(torch.tensor([-1.0, 2.0, 0.0]), 0 * one, one) == 2.0
