"""Dropout leaves out the share p, keeps the mean, and does what PyTorch's does."""

import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.nn import functional as F

from lmlab.nn.dropout import dropout


@given(p=st.floats(0, 0.95))
def test_the_mean_stays(p):
    spread = torch.arange(10_000) / 10_000
    assert abs(dropout(torch.ones(10_000), p, spread).mean() - 1) < 0.01


def test_without_a_chance_nothing_is_left_out():
    x = torch.randn(3, 4, generator=torch.Generator().manual_seed(0))
    assert torch.equal(dropout(x, 0.0, torch.zeros(3, 4)), x)


@given(p=st.floats(0.1, 0.9), seed=st.integers(0, 99))
def test_what_is_left_has_the_size_that_pytorch_gives_it(p, seed):
    torch.manual_seed(seed)
    x = torch.rand(200) + 1
    theirs = F.dropout(x, p)
    ours = dropout(x, p, (theirs != 0).float())  # u = 1 where it stayed, 0 where it went
    torch.testing.assert_close(ours, theirs)
