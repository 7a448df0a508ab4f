"""Bars of memory: as long as their parts, and marked where they do not fit."""

import matplotlib.pyplot as plt
import pytest

from lmlab.viz import theme
from lmlab.viz.charts.memory import memory_bars

ROWS = {
    "DDP": {"weights": 20e9, "gradients": 20e9, "optimizer": 60e9, "activations": 5e9},
    "sharded": {"weights": 2e9, "activations": 5e9, "working": 1e9},
}


@pytest.fixture(autouse=True)
def close_figures():
    yield
    plt.close("all")


def test_every_part_is_as_long_as_its_bytes_and_stands_beside_the_last():
    ax = memory_bars(ROWS)
    bars = [bar for bar in ax.patches if bar.get_width() > 0]
    assert [bar.get_width() for bar in bars] == [20, 20, 60, 5, 2, 5, 1]
    assert [bar.get_x() for bar in bars[:4]] == [0, 20, 40, 100]


def test_totals_are_said_and_coloured_where_they_do_not_fit():
    ax = memory_bars(ROWS, capacity=80e9)
    said = {text.get_text(): text.get_color() for text in ax.texts}
    assert said["105 GB"] == theme.ORANGE and said["8 GB"] == theme.INK
    assert "it has 80 GB" in said
    assert ax.lines[0].get_xdata()[0] == 80


def test_parts_are_named_and_the_unit_is_on_the_axis():
    ax = memory_bars({"step": {"weights": 3e6}}, unit="MB")
    legend = [text.get_text() for text in ax.get_legend().get_texts()]
    assert legend == ["weights", "gradients", "optimiser", "activations", "working"]
    assert "MB" in ax.get_xlabel() and ax.texts[0].get_text() == "3 MB"


@pytest.mark.parametrize(
    ("rows", "message"),
    [({}, "no bar to draw"), ({"a": {"disk": 1}}, "disk: the parts are weights")],
)
def test_what_cannot_be_drawn_is_refused(rows, message):
    with pytest.raises(ValueError, match=message):
        memory_bars(rows)
