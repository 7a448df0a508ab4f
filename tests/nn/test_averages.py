"""Even averages and soft look-ups, as special cases of attention."""

import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from lmlab.nn import attention, causal_mask
from lmlab.nn.averages import causal_average, soft_lookup


def test_average_is_attention_whose_scores_are_all_zero():
    torch.manual_seed(0)
    x = torch.randn(2, 6, 4)
    zeros = torch.zeros(2, 6, 3)
    torch.testing.assert_close(causal_average(x), attention(zeros, zeros, x, causal_mask(6)))


@settings(deadline=None, max_examples=25)
@given(st.integers(1, 9), st.integers(0, 10**6))
def test_average_is_the_mean_of_all_up_to_each_position(time, seed):
    torch.manual_seed(seed)
    x = torch.randn(time, 3)
    expected = torch.stack([x[: t + 1].mean(dim=0) for t in range(time)])
    torch.testing.assert_close(causal_average(x), expected)


def test_average_keeps_the_dtype():
    assert causal_average(torch.ones(3, 2, dtype=torch.float64)).dtype == torch.float64


def test_sharp_lookup_finds_what_a_dictionary_finds():
    keys, values = torch.eye(3), torch.tensor([[10.0], [20.0], [30.0]])
    for place in range(3):
        found = soft_lookup(keys[place], keys, values, sharpness=100.0)
        torch.testing.assert_close(found, values[place])


def test_blunt_lookup_is_the_mean_of_all_values():
    torch.manual_seed(0)
    query, keys, values = torch.randn(4), torch.randn(5, 4), torch.randn(5, 2)
    torch.testing.assert_close(soft_lookup(query, keys, values, sharpness=0), values.mean(dim=0))


def test_lookup_with_the_sharpness_of_the_paper_is_attention():
    torch.manual_seed(0)
    query, keys, values = torch.randn(4), torch.randn(5, 4), torch.randn(5, 2)
    expected = attention(query[None], keys, values)[0]
    torch.testing.assert_close(soft_lookup(query, keys, values, sharpness=4**-0.5), expected)
