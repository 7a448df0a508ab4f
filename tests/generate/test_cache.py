"""The cache returns what was appended, in order, and says when it is full."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from lmlab.generate import KVCache


@given(st.lists(st.integers(1, 4), min_size=1, max_size=5))
def test_pieces_come_back_joined(lengths):
    torch.manual_seed(0)
    pieces = [torch.randn(2, 3, length, 4) for length in lengths]
    cache = KVCache(n_layers=2, capacity=sum(lengths))
    for piece in pieces:
        k, v = cache[0].append(piece, -piece)
        cache[1].append(piece, piece)
    torch.testing.assert_close(k, torch.cat(pieces, dim=2))
    torch.testing.assert_close(v, -torch.cat(pieces, dim=2))
    assert cache.length == sum(lengths)


def test_a_full_cache_says_so():
    cache = KVCache(n_layers=1, capacity=3)
    with pytest.raises(ValueError, match="holds 3 positions; 4 are wanted"):
        cache[0].append(torch.zeros(1, 1, 4, 2), torch.zeros(1, 1, 4, 2))


def test_a_memory_is_projected_at_the_first_call_only():
    cache = KVCache(n_layers=2, capacity=3)
    first = torch.zeros(1, 1, 4, 2), torch.ones(1, 1, 4, 2)
    second = torch.ones(1, 1, 5, 2), torch.zeros(1, 1, 5, 2)
    assert cache[0].once(lambda: first) is first and cache[0].once(lambda: second) is first
    assert cache[1].once(lambda: second) is second and cache.length == 0
