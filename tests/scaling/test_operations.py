import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.utils.flop_counter import FlopCounterMode

from lmlab.scaling.operations import matmul_flops

SIZES = st.integers(1, 5)


@given(SIZES, SIZES, SIZES, st.lists(SIZES, max_size=2))
def test_it_counts_what_a_profiler_counts(rows, inner, columns, batch):
    left, right = (*batch, rows, inner), (*batch, inner, columns)
    with FlopCounterMode(display=False) as profiler:
        torch.ones(left) @ torch.ones(right)
    assert matmul_flops(left, right) == profiler.get_total_flops()


def test_one_matrix_serves_a_whole_batch():
    assert matmul_flops((7, 3, 4, 5), (5, 2)) == 7 * matmul_flops((3, 4, 5), (3, 5, 2))


def test_shapes_that_do_not_fit_are_refused():
    with pytest.raises(ValueError, match=r"\(2, 3\) @ \(2, 3\) does not fit"):
        matmul_flops((2, 3), (2, 3))
