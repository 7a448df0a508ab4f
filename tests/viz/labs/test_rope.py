"""Arrows turn with the position; what they say to each other depends on the distance alone."""

import math

import matplotlib.pyplot as plt
import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.patches import Circle, Wedge

from lmlab.nn.positions import apply_rope, rope_rotation
from lmlab.viz.labs.rope import Turned, rope_lab, rope_picture

EAST = [1.0, 1.0, 0.0, 0.0]  # two pairs along the first channel of each


@pytest.fixture(autouse=True)
def close_figures():
    yield
    plt.close("all")


def test_a_pair_is_turned_by_its_frequency_times_the_position():
    turned = Turned.of(query_position=3, key_position=1, q=EAST, k=EAST)
    angles = [3.0, 3.0 / 100]  # radians: 10000^(-2i/4) a token
    expected = [[math.cos(angle), math.sin(angle)] for angle in angles]
    np.testing.assert_allclose(turned.pairs[0], expected, rtol=1e-5)
    np.testing.assert_allclose(turned.degrees, np.rad2deg([2.0, 0.02]), rtol=1e-4)


@given(st.integers(0, 50), st.integers(0, 50), st.integers(0, 64))
def test_the_same_distance_gives_the_same_score_and_angles_anywhere(here, there, distance):
    q, k = torch.randn(2, 8, generator=torch.Generator().manual_seed(0))
    first, second = (Turned.of(place + distance, place, q, k) for place in (here, there))
    torch.testing.assert_close(first.score, second.score, rtol=0, atol=1e-4)
    torch.testing.assert_close(first.scores[distance], torch.tensor(first.score), rtol=0, atol=1e-4)
    apart = (first.degrees - second.degrees).abs() % 360
    assert torch.minimum(apart, 360 - apart).max() < 0.05


def test_the_score_is_that_of_the_rotation_in_attention():
    q, k = torch.randn(2, 6, generator=torch.Generator().manual_seed(1))
    rotation = rope_rotation(torch.tensor([7, 4]), 6)
    turned_q, turned_k = apply_rope(torch.stack((q, k))[None, None], rotation)[0, 0]
    assert Turned.of(7, 4, q, k).score == pytest.approx(float(turned_q @ turned_k), abs=1e-5)


def test_the_picture_marks_the_distance_on_the_curve_and_names_the_angles():
    *circles, curve = rope_picture(5, 3, q=EAST, k=EAST).axes
    turned = Turned.of(5, 3, EAST, EAST)
    line, _, mark = curve.lines
    np.testing.assert_allclose(line.get_ydata(), turned.scores)
    assert mark.get_xydata().tolist() == [[2, pytest.approx(turned.score)]]
    assert "115° apart" in [text.get_text() for text in circles[0].texts]
    assert [type(patch) for patch in circles[0].patches] == [Circle, Wedge]


def test_of_many_pairs_the_quickest_the_slowest_and_two_between_are_drawn():
    *circles, _ = rope_picture(1, 0, q=torch.ones(64), k=torch.ones(64)).axes
    names = [ax.get_title().split(":")[0] for ax in circles]
    assert names == ["pair 0", "pair 10", "pair 21", "pair 31"]


def test_one_pair_is_enough():
    *circles, _ = rope_picture(1, 0, q=[1, 0], k=[0, 1]).axes
    assert [ax.get_title() for ax in circles] == ["pair 0: 1 rad a token"]


def test_a_key_after_the_query_has_no_mark_but_its_score():
    curve = rope_picture(3, 5, q=EAST, k=EAST).axes[-1]
    assert len(curve.lines) == 2
    assert "at distance -2" in curve.get_title(loc="left")


@pytest.mark.parametrize(
    ("q", "k", "position", "sentence"),
    [
        ([1.0, 0.0], [1.0], 0, "the same even width"),
        ([1.0], [1.0], 0, "the same even width"),
        ([], [], 0, "the same even width"),
        (torch.eye(2), torch.eye(2), 0, "one vector each"),
        (EAST, EAST, -1, "positions 3 and -1 .* begin at 0"),
    ],
)
def test_what_cannot_turn_is_named(q, k, position, sentence):
    with pytest.raises(ValueError, match=sentence):
        rope_picture(3, position, q=q, k=k)


def test_moving_the_pair_along_changes_nothing_but_the_positions(screen):
    rope_lab(key_position=3, distance=2)
    position, distance, _ = screen.shown[-1].children
    position.value = 40
    before, after = screen.shown[0].alt, screen.updates[-1].alt
    assert "position 3 and a query at 5" in before and "position 40 and a query at 42" in after
    assert before.split("Angles")[1] == after.split("Angles")[1]
    distance.value = 0
    assert "Angles between their pairs: 0°, 0°, 0°, 0°. q·k is 4.00" in screen.updates[-1].alt
