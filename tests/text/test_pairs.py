"""Inputs and targets are the same text, one token apart."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from lmlab.text.pairs import next_token_pairs


def test_the_targets_are_the_text_one_token_later():
    inputs, targets = next_token_pairs(torch.arange(10, 18), 3)
    assert inputs.tolist() == [[10, 11, 12], [13, 14, 15]]
    assert targets.tolist() == [[11, 12, 13], [14, 15, 16]]


@given(st.integers(2, 40), st.integers(1, 12))
def test_every_token_of_the_blocks_meets_the_one_that_follows(n_tokens, context_length):
    ids = torch.arange(n_tokens)
    if n_tokens <= context_length:
        with pytest.raises(ValueError, match="a block needs"):
            next_token_pairs(ids, context_length)
        return
    inputs, targets = next_token_pairs(ids, context_length)
    assert torch.equal(targets, inputs + 1)
    assert torch.equal(inputs.flatten(), ids[: inputs.numel()])
    assert n_tokens - 1 - inputs.numel() < context_length  # nothing that would fill a block is lost


def test_a_context_of_nothing_is_refused():
    with pytest.raises(ValueError, match="context_length=0"):
        next_token_pairs(torch.arange(5), 0)
