"""Positions: what each scheme promises about order and distance."""

import math

import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from lmlab.nn import alibi_bias, alibi_slopes, apply_rope, rope_rotation, sinusoidal_positions
from lmlab.nn.positions import shift_sinusoid


def test_sinusoids_follow_the_formula():
    table = sinusoidal_positions(torch.arange(9), 6)
    for position in range(9):
        for i in range(3):
            angle = position / 10_000 ** (2 * i / 6)
            assert math.isclose(table[position, 2 * i], math.sin(angle), abs_tol=1e-5)
            assert math.isclose(table[position, 2 * i + 1], math.cos(angle), abs_tol=1e-5)


@settings(deadline=None)
@given(st.integers(0, 50), st.integers(-50, 50), st.sampled_from([2, 4, 10]))
def test_a_step_turns_each_pair_by_the_same_angle_from_anywhere(first, offset, d_model):
    positions = first + torch.arange(50, 55)
    moved = shift_sinusoid(sinusoidal_positions(positions, d_model), offset)
    wanted = sinusoidal_positions(positions + offset, d_model)
    torch.testing.assert_close(moved, wanted, atol=1e-4, rtol=1e-4)


def test_sinusoids_fill_an_odd_width():
    assert sinusoidal_positions(torch.arange(4), 5).shape == (4, 5)


@settings(deadline=None)
@given(st.integers(0, 200), st.integers(0, 200), st.integers(0, 500))
def test_rope_scores_depend_on_the_distance_alone(query_at, key_at, shift):
    torch.manual_seed(0)
    q, k = torch.randn(2, 1, 1, 1, 8)

    def score(i, j):
        turned = [
            apply_rope(x, rope_rotation(torch.tensor([[at]]), 8)) for x, at in ((q, i), (k, j))
        ]
        return (turned[0] * turned[1]).sum()

    torch.testing.assert_close(
        score(query_at, key_at), score(query_at + shift, key_at + shift), atol=2e-4, rtol=1e-3
    )


def test_rope_keeps_lengths_and_leaves_position_zero_alone():
    x = torch.randn(2, 3, 4, 8)
    turned = apply_rope(x, rope_rotation(torch.arange(4)[None], 8))
    torch.testing.assert_close(turned.norm(dim=-1), x.norm(dim=-1))
    torch.testing.assert_close(turned[:, :, 0], x[:, :, 0])


def test_alibi_slopes_are_those_of_the_paper():
    expected = 2.0 ** -torch.arange(1.0, 9.0)
    torch.testing.assert_close(alibi_slopes(8), expected)
    twelve = alibi_slopes(12)
    torch.testing.assert_close(twelve[:8], expected)
    torch.testing.assert_close(twelve[8:], 2.0 ** torch.tensor([-0.5, -1.5, -2.5, -3.5]))


def test_alibi_takes_off_slope_times_distance():
    bias = alibi_bias(torch.arange(4)[None], torch.arange(4)[None], 2)
    assert bias.shape == (1, 2, 4, 4)
    torch.testing.assert_close(bias[0, 0, 3, 0], -3 * alibi_slopes(2)[0])
    assert (bias.diagonal(dim1=-2, dim2=-1) == 0).all()
