"""Shares of attention by parts of a text."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from lmlab.interpret.spans import locate_parts, span_shares


@given(cut=st.integers(1, 6), seed=st.integers(0, 99))
def test_parts_that_cover_everything_add_up_to_one(cut, seed):
    generator = torch.Generator().manual_seed(seed)
    weights = torch.randn(2, 3, 5, 7, generator=generator).softmax(-1)
    shares = span_shares(weights, [(0, cut), (cut, 7)])
    assert shares.shape == (2, 3, 2)
    torch.testing.assert_close(shares.sum(-1), torch.ones(2, 3))


def test_another_query_has_its_own_shares():
    weights = torch.eye(4)
    assert span_shares(weights, [(0, 2), (2, 4)], query=0).tolist() == [1, 0]
    assert span_shares(weights, [(0, 2), (2, 4)]).tolist() == [0, 1]


def test_parts_are_found_in_their_order_and_share_no_token():
    tokens = ["a", " b", "a c", " a", " d"]
    parts = {"first": "a b", "second": "a c", "last": "d"}
    assert locate_parts(tokens, parts) == {"first": (0, 2), "second": (2, 3), "last": (4, 5)}


def test_a_token_on_the_border_goes_to_the_part_before():
    assert locate_parts(["on", "e.T", "wo"], {"one": "one.", "two": "Two"}) == {
        "one": (0, 2),
        "two": (2, 3),
    }


@pytest.mark.parametrize("parts", [{"x": "absent"}, {"x": "b", "y": "a"}, {"x": ""}])
def test_a_part_that_is_not_there_or_out_of_order_is_refused(parts):
    with pytest.raises(ValueError, match="in this order"):
        locate_parts(["a", "b"], parts)
