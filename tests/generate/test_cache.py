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


def test_rows_are_reordered_with_all_that_is_kept_of_them():
    torch.manual_seed(0)
    cache, memory = KVCache(n_layers=2, capacity=5), (torch.randn(2, 1, 4, 2),) * 2
    old, new = torch.randn(2, 3, 2, 4), torch.randn(3, 3, 1, 4)
    cache[1].append(old, -old)
    cache[1].once(lambda: memory)
    rows = torch.tensor([1, 1, 0])
    cache.reorder(rows)  # layer 0 is still empty
    k, v = cache[1].append(new, -new)
    assert torch.equal(k, torch.cat((old[rows], new), dim=2)) and torch.equal(v, -k)
    assert torch.equal(cache[1].once(lambda: ())[0], memory[0][rows])
