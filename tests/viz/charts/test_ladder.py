"""The chart of the ladder: every model named, every point drawn."""

import matplotlib.pyplot as plt
import pytest

from lmlab.viz.charts.ladder import bits_against_compute, perplexities

CURVES = {"n-gram": [(1, 3.0)], "LSTM": [(20, 2.5), (2, 4.0)], "GPT": [(2, 3.9), (20, 2.49)]}


@pytest.fixture
def ax():
    axes = bits_against_compute(CURVES, {"xz": 2.2}, x="flops")
    yield axes
    plt.close(axes.figure)


def test_every_curve_and_level_is_drawn_and_named(ax):
    lines = [line.get_xydata().tolist() for line in ax.lines]
    assert [[2, 4.0], [20, 2.5]] in lines and [[1, 3.0]] in lines
    said = [text.get_text() for text in ax.texts]
    assert sorted(said) == ["GPT 2.49", "LSTM 2.50", "n-gram 3.00", "xz 2.20"]
    assert ax.get_xscale() == "log" and "FLOPs" in ax.get_xlabel()


def test_names_of_equal_ends_do_not_overlap(ax):
    figure = ax.figure
    figure.canvas.draw()
    boxes = [t.get_window_extent() for t in ax.texts if not t.get_text().startswith("xz")]
    assert not any(a.overlaps(b) for i, a in enumerate(boxes) for b in boxes[:i])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"curves": CURVES, "x": "euros"}, "x='euros' is none of seconds, flops"),
        ({"curves": {"GPT": []}}, "there is no curve to draw"),
        ({"curves": {str(i): [(1, 1.0)] for i in range(9)}}, "9 curves are too many"),
    ],
)
def test_what_cannot_be_drawn_is_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        bits_against_compute(**arguments)


def test_perplexities_stand_in_order_each_with_its_name_and_colour():
    ax = perplexities({"GPT": 300, "5-gram": 250.4}, {"AWD-LSTM": 68.6})
    dots = [(line.get_xdata()[0], line.get_color()) for line in ax.lines]
    plt.close(ax.figure)
    assert [value for value, _ in dots] == [68.6, 250.4, 300]
    assert dots[0][1] != dots[1][1] == dots[2][1]
    assert [text.get_text() for text in ax.texts] == ["AWD-LSTM 69", "5-gram 250", "GPT 300"]
    assert ax.get_xscale() == "log" and "per word" in ax.get_xlabel()


@pytest.mark.parametrize(("ours", "published"), [({}, {}), ({"GPT": 0.5}, {"LSTM": 99})])
def test_perplexities_below_one_or_none_at_all_are_refused(ours, published):
    with pytest.raises(ValueError, match="give numbers from 1 on"):
        perplexities(ours, published)
