"""The spread of weights has its known values, and the derivatives are autograd's."""

import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from lmlab.nn.softmax import effective_keys, softmax_jacobian


@given(st.integers(1, 30))
def test_even_weights_over_n_keys_count_as_n(n):
    torch.testing.assert_close(effective_keys(torch.full((n,), 1 / n)), torch.tensor(float(n)))


def test_keys_without_weight_do_not_count():
    weights = torch.tensor([[0.25, 0.25, 0.25, 0.25, 0.0], [0.0, 0.0, 1.0, 0.0, 0.0]])
    torch.testing.assert_close(effective_keys(weights), torch.tensor([4.0, 1.0]))


@settings(deadline=None, max_examples=25)
@given(st.integers(1, 6), st.floats(0.1, 30.0), st.integers(0, 10**6))
def test_jacobian_is_that_of_autograd(keys, sharpness, seed):
    torch.manual_seed(seed)
    scores = sharpness * torch.randn(keys, dtype=torch.float64)
    expected = torch.autograd.functional.jacobian(lambda s: s.softmax(dim=-1), scores)
    torch.testing.assert_close(softmax_jacobian(scores.softmax(dim=-1)), expected)


def test_jacobian_of_a_batch_is_one_for_each_row():
    torch.manual_seed(0)
    probs = torch.randn(2, 3, 4).softmax(dim=-1)
    torch.testing.assert_close(softmax_jacobian(probs)[1, 2], softmax_jacobian(probs[1, 2]))
