"""Masks say who may look where."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from lmlab.nn import causal_mask, padding_mask, positions_from_mask, prefix_mask, window_mask


@given(st.integers(1, 8), st.integers(0, 5))
def test_a_query_sees_itself_and_everything_before(query, cached):
    mask = causal_mask(query, query + cached)
    for i in range(query):
        for j in range(query + cached):
            assert mask[i, j] == (j <= i + cached)


def test_fewer_keys_than_queries_is_an_error():
    with pytest.raises(ValueError, match="key_len=2 is smaller than query_len=3"):
        causal_mask(3, 2)


@given(st.integers(1, 8), st.integers(0, 5), st.integers(1, 9))
def test_a_window_holds_the_query_and_what_stands_just_before_it(query, cached, window):
    mask = window_mask(query, query + cached, window)
    for i in range(query):
        for j in range(query + cached):
            assert mask[i, j] == (0 <= i + cached - j < window)


def test_a_window_without_room_for_the_query_is_an_error():
    with pytest.raises(ValueError, match="window=0 must be 1 or more"):
        window_mask(3, 3, 0)


def test_padding_mask_marks_real_tokens():
    expected = torch.tensor([[True, False, False], [True, True, True]])
    assert torch.equal(padding_mask(torch.tensor([1, 3])), expected)
    assert padding_mask(torch.tensor([1, 3]), max_len=5).shape == (2, 5)


def test_positions_count_real_tokens_only():
    mask = torch.tensor([[False, False, True, True], [True, True, False, False]])
    positions = positions_from_mask(mask)
    assert positions[0, 2:].tolist() == [0, 1] and positions[1, :2].tolist() == [0, 1]


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
