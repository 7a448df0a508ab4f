"""The chart of reports: every model has a row, every split a mark, every mark its number."""

import matplotlib.pyplot as plt
import pytest

from lmlab.tasks import Example, Task, evaluate, metrics
from lmlab.viz import theme
from lmlab.viz.charts.reports import compare_reports

TASK = Task(
    "parity",
    lambda split, n: [Example(str(i + len(split)), "odd" if i % 2 else "even") for i in range(n)],
    {"accuracy": metrics.accuracy(), "calibration error": metrics.calibration_error()},
)


def report(name, *splits, said="even"):
    model = lambda inputs: [said] * len(inputs)  # noqa: E731
    return [evaluate(TASK, model, s, 20, name=name, progress=False) for s in splits]


@pytest.fixture
def draw():
    drawn = []

    def make(*arguments):
        drawn.append(compare_reports(*arguments))
        return drawn[-1]

    yield make
    for ax in drawn:
        plt.close(ax.figure)


def test_each_model_has_a_row_and_ours_is_told_apart_by_colour(draw):
    ax = draw(
        [*report("ours", "held-out"), *report("copy", "held-out"), *report("none", "held-out")]
    )
    assert [label.get_text() for label in ax.get_yticklabels()] == ["ours", "copy", "none"]
    assert [line.get_color() for line in ax.lines] == [theme.BLUE, theme.FAINT, theme.FAINT]
    assert [line.get_ydata()[0] for line in ax.lines] == [0, 1, 2]
    assert "accuracy in parity" in ax.get_xlabel() and "held-out" in ax.get_xlabel()


def test_splits_share_the_row_of_their_model_and_are_named_once(draw):
    ax = draw([*report("ours", "held-out", "composed"), *report("copy", "composed", "held-out")])
    assert [round(line.get_ydata()[0]) for line in ax.lines] == [0, 0, 1, 1]
    heights = [line.get_ydata()[0] for line in ax.lines]
    assert heights[0] < heights[1] and heights[3] < heights[2]  # held-out stands above composed
    texts = [text.get_text() for text in ax.texts]
    assert texts == ["50.0 held-out", "50.0 composed", "50.0", "50.0"]
    assert len({line.get_marker() for line in ax.lines}) == 2


def test_the_bars_are_the_intervals_and_the_axis_begins_at_zero(draw):
    (ours,) = report("ours", "held-out")
    ax = draw([ours], "calibration error")
    (bar,) = ax.collections[0].get_segments()
    estimate = ours["calibration error"]
    assert bar[:, 0].tolist() == [estimate.low, estimate.high]
    assert ax.get_xlim()[0] == 0 and ax.get_xlim()[1] > estimate.high
    assert "lower is better" in ax.get_xlabel()


def test_what_cannot_be_drawn_is_refused():
    with pytest.raises(ValueError, match="there is no report"):
        compare_reports([])
    with pytest.raises(ValueError, match="no metric 'BLEU'"):
        compare_reports(report("ours", "held-out"), "BLEU")
