"""The chart of costs: every line drawn and named, on axes where a power is straight."""

import matplotlib.pyplot as plt
import pytest

from lmlab.viz.charts.costs import cost_curves

CURVES = {"equation": [(256, 16.0), (64, 1.0)], "kernel": [(64, 4.0), (256, 15.9)]}


@pytest.fixture
def ax():
    axes = cost_curves(CURVES, "time (ms)")
    yield axes
    plt.close(axes.figure)


def test_every_curve_is_drawn_in_order_and_named(ax):
    lines = [line.get_xydata().tolist() for line in ax.lines]
    assert lines == [[[64, 1.0], [256, 16.0]], [[64, 4.0], [256, 15.9]]]
    assert sorted(text.get_text() for text in ax.texts) == ["equation", "kernel"]
    colours = {text.get_text(): text.get_color() for text in ax.texts}
    assert [colours[name] for name in CURVES] == [line.get_color() for line in ax.lines]


def test_both_axes_are_logarithmic_and_say_what_they_show(ax):
    assert (ax.get_xscale(), ax.get_yscale()) == ("log", "log")
    assert "tokens" in ax.get_xlabel() and "time (ms)" in ax.get_ylabel()
    assert [label.get_text() for label in ax.get_xticklabels()] == ["64", "256"]
    ax.figure.canvas.draw()
    assert "10" in [label.get_text() for label in ax.get_yticklabels()]


def test_names_of_equal_ends_do_not_overlap(ax):
    ax.figure.canvas.draw()
    first, second = (text.get_window_extent() for text in ax.texts)
    assert not first.overlaps(second)


def test_a_name_stands_at_the_height_of_its_lines_end():
    ax = cost_curves({"low": [(64, 1.0), (128, 2.0)], "high": [(64, 1.0), (128, 300.0)]})
    ax.figure.canvas.draw()
    for text, line in zip(sorted(ax.texts, key=lambda text: text.xy[1]), ax.lines, strict=True):
        box = text.get_window_extent()
        _, height = ax.transData.transform(line.get_xydata()[-1])
        assert box.y0 < height < box.y1
    plt.close(ax.figure)


@pytest.mark.parametrize(
    ("curves", "message"),
    [
        ({}, "a curve without points"),
        ({"a": []}, "a curve without points"),
        ({"a": [(1, 0)]}, "no place for lengths or costs of 0"),
        ({str(i): [(1, 1.0)] for i in range(6)}, "6 curves are too many"),
    ],
)
def test_what_cannot_be_drawn_is_refused(curves, message):
    with pytest.raises(ValueError, match=message):
        cost_curves(curves)
