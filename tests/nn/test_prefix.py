"""The prefix mask, from the decoder's to the encoder's."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from lmlab.nn import causal_mask
from lmlab.nn.prefix import prefix_mask


@given(st.integers(1, 9), st.data())
def test_a_position_sees_the_prefix_and_its_past_and_nothing_else(length, data):
    prefix = data.draw(st.integers(0, length))
    mask = prefix_mask(length, prefix)
    for query in range(length):
        for key in range(length):
            assert mask[query, key] == (key < prefix or key <= query)


def test_no_prefix_is_a_decoder_and_all_prefix_an_encoder():
    assert torch.equal(prefix_mask(5, 0), causal_mask(5))
    assert prefix_mask(5, 5).all()


@pytest.mark.parametrize("prefix", [-1, 6])
def test_a_prefix_that_does_not_fit_is_named(prefix):
    with pytest.raises(ValueError, match=f"prefix={prefix} must be between 0 and length=5"):
        prefix_mask(5, prefix)
