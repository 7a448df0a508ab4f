"""The decoding loop, with fakes in place of a model."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from lmlab.generate import decode, window_start


def _next_is_one_more(ids):
    """A model that is sure that the next token is the last one plus one, modulo 10."""
    return torch.nn.functional.one_hot((ids[:, -1] + 1) % 10, 10) * 100.0


def test_greedy_follows_the_model():
    tokens = decode(_next_is_one_more, torch.tensor([[3], [8]]), 4, temperature=0.0)
    assert torch.stack(list(tokens)).T.tolist() == [[4, 5, 6, 7], [9, 0, 1, 2]]


def test_a_sequence_that_ended_goes_on_with_the_end_token_until_all_have():
    tokens = decode(_next_is_one_more, torch.tensor([[3], [1]]), 9, temperature=0.0, eos_id=5)
    assert torch.stack(list(tokens)).T.tolist() == [[4, 5, 5, 5], [2, 3, 4, 5]]


def test_a_seed_fixes_the_tokens_and_leaves_the_global_generator_alone():
    def uniform(ids):
        return torch.zeros(1, 10)

    def run(seed):
        return [int(t) for t in decode(uniform, torch.tensor([[0]]), 20, seed=seed)]

    state = torch.get_rng_state()
    assert run(1) == run(1) != run(2)
    assert torch.equal(state, torch.get_rng_state())


def test_a_negative_length_is_refused():
    with pytest.raises(ValueError, match="max_new_tokens=-1"):
        next(decode(_next_is_one_more, torch.tensor([[0]]), -1))


@given(st.integers(1, 500), st.integers(1, 64))
def test_the_window_fits_and_keeps_at_least_half_the_context(length, context):
    start = window_start(length, context)
    kept = length - start
    assert 0 < kept <= context
    assert kept == length or kept > context - max(1, context // 2)
