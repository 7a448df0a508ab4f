"""The chart of a power law: points, line, band and floor where they belong."""

import matplotlib.pyplot as plt
import pytest

from lmlab.scaling import fit_power_law
from lmlab.viz.charts.power_law import power_law

POINTS = [(1e5, 2.79), (3e5, 2.33), (1e6, 1.99), (3e6, 1.78), (1e7, 1.60)]
LAW = fit_power_law(*zip(*POINTS, strict=True), draws=50)


@pytest.fixture
def ax():
    axes = power_law(POINTS, LAW, unseen={"the sixth": (3e7, 1.49)})
    yield axes
    plt.close(axes.figure)


def test_the_line_goes_through_the_law_and_on_beyond_the_points(ax):
    within, beyond, *_ = ax.lines
    assert within.get_xdata()[[0, -1]] == pytest.approx([1e5, 1e7])
    assert beyond.get_xdata()[[0, -1]] == pytest.approx([1e7, 3e8])
    assert within.get_ydata()[0] == pytest.approx(LAW(1e5))
    assert within.get_linestyle() == "-" != beyond.get_linestyle()


def test_points_of_both_kinds_the_band_and_the_floor_are_there(ax):
    assert [1e5, 2.79] in [spot for line in ax.lines for spot in line.get_xydata().tolist()]
    low, high = ax.collections[0].get_datalim(ax.transData).intervaly
    assert low < LAW(3e8) < high
    assert any(set(line.get_ydata()) == {LAW.floor} for line in ax.lines)


def test_what_is_seen_is_said(ax):
    said = {text.get_text() for text in ax.texts}
    assert {"the sixth", f"floor {LAW.floor:.3g}", f"{LAW(3e8):.3g}"} <= said
    assert "parameters" in ax.get_xlabel() and "nats" in ax.get_ylabel()
    ax.figure.canvas.draw()
    assert "1e6" in [label.get_text() for label in ax.get_xticklabels()]


@pytest.mark.parametrize("points", [[], [(0, 1.0)]])
def test_what_cannot_be_drawn_is_refused(points):
    with pytest.raises(ValueError, match="give \\(size, loss\\)"):
        power_law(points, LAW)
