"""Attention's cost: one row for each way and length, and memory that grows as it must."""

import pytest

from lmlab.scaling.attention_cost import WAYS, measure_attention, weights_bytes
from lmlab.scaling.timing import fit_exponent

LENGTHS = (16, 32, 64)


@pytest.fixture(scope="module")
def rows():
    return measure_attention(LENGTHS, repeats=1, n_heads=2, d_head=8)


def memory(rows, way):
    return [row.peak_bytes for row in rows if row.way == way]


def test_there_is_a_row_for_each_way_and_length(rows):
    assert {(row.way, row.length) for row in rows} == {(w, n) for w in WAYS for n in LENGTHS}
    assert all(row.seconds > 0 for row in rows)


def test_the_equation_holds_scores_and_weights_of_all_heads(rows):
    assert memory(rows, "equation") == [2 * weights_bytes(2, length) for length in LENGTHS]


def test_the_kernel_never_holds_the_weights(rows):
    assert fit_exponent(LENGTHS, memory(rows, "fused kernel")) == pytest.approx(1)
    assert memory(rows, "fused kernel")[-1] < weights_bytes(2, LENGTHS[-1])
