"""The chart of runs: each ratio on its side of 1."""

import matplotlib.pyplot as plt
import pytest

from lmlab.viz import theme
from lmlab.viz.charts.runs import run_ratios


def test_each_run_has_a_dot_at_its_ratio_in_the_colour_of_its_side():
    ax = run_ratios({"slow": 0.8, "fast": 1.1})
    dots = [line for line in ax.lines if line.get_marker() == "o"]
    plt.close(ax.figure)
    assert [(dot.get_xdata()[0], dot.get_color()) for dot in dots] == [
        (0.8, theme.BLUE), (1.1, theme.ORANGE),
    ]  # fmt: skip
    assert [text.get_text() for text in ax.texts] == ["0.80", "1.10"]
    assert [label.get_text() for label in ax.get_yticklabels()] == ["slow", "fast"]


def test_half_and_twice_are_as_far_from_one():
    ax = run_ratios({"slow": 0.5, "fast": 2.0})
    low, high = ax.get_xlim()
    plt.close(ax.figure)
    assert low * high == pytest.approx(1)
    assert ax.get_xscale() == "log" and "published" in ax.get_xlabel()


@pytest.mark.parametrize("ratios", [{}, {"a": 0.0}])
def test_what_cannot_be_drawn_is_refused(ratios):
    with pytest.raises(ValueError, match="give at least one, each above 0"):
        run_ratios(ratios)
