"""The shift of sinusoids as a matrix, and RoPE's score from the distance alone."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from lmlab.nn.positions import apply_rope, rope_rotation, shift_sinusoid, sinusoidal_positions
from lmlab.nn.relative import rope_score, shift_matrix


@settings(deadline=None, max_examples=25)
@given(offset=st.integers(-40, 40), start=st.integers(40, 90), width=st.sampled_from([2, 6, 16]))
def test_one_matrix_moves_every_position(offset, start, width):
    positions = torch.arange(start, start + 3)
    here = sinusoidal_positions(positions, width)
    moved = here @ shift_matrix(offset, width).float().T
    torch.testing.assert_close(
        moved, sinusoidal_positions(positions + offset, width), atol=1e-4, rtol=0
    )
    torch.testing.assert_close(moved, shift_sinusoid(here, offset), atol=1e-5, rtol=0)


def test_shifts_are_rotations_and_add_up():
    one, two, three = (shift_matrix(offset, 8) for offset in (1, 2, 3))
    torch.testing.assert_close(one @ two, three)
    torch.testing.assert_close(one @ one.T, torch.eye(8, dtype=one.dtype))


@settings(deadline=None, max_examples=25)
@given(seed=st.integers(0, 10**6), m=st.integers(0, 60), n=st.integers(0, 60))
def test_score_is_that_of_turned_vectors_at_any_two_positions(seed, m, n):
    torch.manual_seed(seed)
    q, k = torch.randn(2, 8)
    turned = [
        apply_rope(x[None, None, None], rope_rotation(torch.tensor([place]), 8))
        for x, place in ((q, m), (k, n))
    ]
    assert rope_score(q, k, m - n).item() == pytest.approx(
        (turned[0] * turned[1]).sum().item(), abs=1e-3
    )


def test_score_at_distance_zero_is_the_dot_product():
    q, k = torch.randn(2, 3, 6, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    torch.testing.assert_close(rope_score(q, k, 0), (q * k).sum(dim=-1))
