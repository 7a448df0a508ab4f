"""The chart of the ladder: every model named, every point drawn."""

import matplotlib.pyplot as plt
import pytest

from lmlab.viz.ladder import bits_against_compute

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
