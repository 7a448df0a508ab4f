"""Accuracy stands against confidence, and a bin with more predictions is larger."""

import matplotlib.pyplot as plt
import pytest

from lmlab.tasks.calibration import Bin
from lmlab.viz.charts.reliability import reliability_diagram

BINS = [Bin(10, 0.55, 0.5), Bin(30, 0.95, 0.7)]


@pytest.fixture(autouse=True)
def close_figures():
    yield
    plt.close("all")


def test_marks_stand_at_confidence_and_accuracy():
    axes = reliability_diagram({"before": BINS})
    marks = axes.collections[0]
    assert marks.get_offsets().tolist() == [[0.55, 0.5], [0.95, 0.7]]
    small, large = marks.get_sizes()
    assert small < large
    assert "before" in [text.get_text() for text in axes.texts]


def test_series_have_colours_of_their_own():
    axes = reliability_diagram({"before": BINS, "after": BINS})
    first, second = (marks.get_facecolor()[0].tolist() for marks in axes.collections)
    assert first != second


@pytest.mark.parametrize("n", [0, 4])
def test_none_and_too_many_are_refused(n):
    with pytest.raises(ValueError, match=f"{n} series were given"):
        reliability_diagram({str(i): BINS for i in range(n)})
