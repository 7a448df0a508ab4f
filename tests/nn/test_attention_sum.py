"""The sum over heads is multi-head attention; the sum over blocks misses what feeds back."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from lmlab.nn.attention_sum import absorb_output, feedback_gap, sum_over_heads
from lmlab.nn.masks import causal_mask
from lmlab.nn.multihead import multi_head_attention


@settings(deadline=None, max_examples=20)
@given(
    seed=st.integers(0, 10**6),
    n_heads=st.sampled_from([1, 2, 4]),
    time=st.integers(1, 6),
    causal=st.booleans(),
)
def test_sum_over_heads_equals_concatenate_and_project(seed, n_heads, time, causal):
    torch.manual_seed(seed)
    x = torch.randn(2, time, 8, dtype=torch.float64)
    w_q, w_k, w_v, w_o = torch.randn(4, 8, 8, dtype=torch.float64)
    mask = causal_mask(time) if causal else None
    by_head = (w.unflatten(0, (n_heads, -1)) for w in (w_q, w_k))
    found = sum_over_heads(x, *by_head, absorb_output(w_v, w_o, n_heads), mask)
    wanted = multi_head_attention(x, w_q, w_k, w_v, w_o, n_heads, mask)
    torch.testing.assert_close(found, wanted, rtol=0, atol=1e-6)


def test_matrices_of_all_heads_add_up_to_the_product_of_the_whole():
    w_v, w_o = torch.randn(2, 6, 6, generator=torch.Generator().manual_seed(0))
    torch.testing.assert_close(absorb_output(w_v, w_o, 3).sum(dim=0), w_o @ w_v)


def test_matrix_of_a_head_has_no_more_rank_than_the_head_is_wide():
    w_v, w_o = torch.randn(2, 8, 8, generator=torch.Generator().manual_seed(0))
    assert torch.linalg.matrix_rank(absorb_output(w_v, w_o, 4)).tolist() == [2] * 4


@given(slope=st.floats(-2, 2), n_blocks=st.integers(1, 12))
def test_gap_is_the_difference_of_blocks_in_a_row_and_side_by_side(slope, n_blocks):
    serial = 1.0
    for _ in range(n_blocks):
        serial = serial + slope * serial
    parallel = 1.0 + sum(slope * 1.0 for _ in range(n_blocks))
    assert feedback_gap(slope, n_blocks) == pytest.approx(serial - parallel, rel=1e-6, abs=1e-6)


def test_one_block_has_no_feedback():
    assert feedback_gap(0.7, 1) == pytest.approx(0)
