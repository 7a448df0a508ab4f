"""ALiBi's penalties as lines, and how far each head still sees."""

import matplotlib.pyplot as plt
import numpy as np
import pytest
import torch

from lmlab.nn.positions import alibi_bias, alibi_slopes
from lmlab.viz.labs.alibi import alibi_lab, alibi_picture


@pytest.fixture(autouse=True)
def close_figures():
    yield
    plt.close("all")


def test_each_head_has_a_line_that_falls_by_its_slope():
    lines = alibi_picture(n_heads=4, length=16).axes[0].lines
    for line, slope in zip(lines, alibi_slopes(4).tolist(), strict=True):
        np.testing.assert_allclose(line.get_ydata(), -slope * np.arange(16))


def test_the_lines_are_what_is_added_to_the_scores_of_the_last_query():
    bias = alibi_bias(torch.arange(16), torch.arange(16), 3)[:, -1].flip(-1)
    lines = alibi_picture(n_heads=3, length=16).axes[0].lines
    np.testing.assert_allclose([line.get_ydata() for line in lines], bias)


def test_the_bars_count_the_nearest_tokens_that_hold_most_of_the_weight():
    bars = alibi_picture(n_heads=2, length=64).axes[1].patches
    for bar, slope in zip(bars, alibi_slopes(2).tolist(), strict=True):
        reach = round(64 * bar.get_width())
        weights = np.exp(-slope * np.arange(64))
        weights /= weights.sum()
        assert weights[:reach].sum() >= 0.9 > weights[: reach - 1].sum()


@pytest.mark.parametrize(("n_heads", "length"), [(0, 16), (4, 1)])
def test_nothing_to_draw_is_named(n_heads, length):
    with pytest.raises(ValueError, match=f"n_heads={n_heads}, length={length}; give"):
        alibi_picture(n_heads, length)


def test_the_sliders_choose_heads_and_length(screen):
    alibi_lab(n_heads=2, length=16)
    assert "head 1 by 0.00391 a token, so that of 16 equal" in screen.shown[0].alt
    heads, length, _ = screen.shown[-1].children
    heads.value = 1
    length.value = 32
    assert "of 32 equal scores the nearest 29 hold 90%" in screen.updates[-1].alt
    assert "head 1" not in screen.updates[-1].alt
