"""Bars are as long as they should be, and their labels can be read whatever they hold."""

import matplotlib.pyplot as plt
import pytest

from lmlab.viz.bars import Bar, draw_bars, tail, word


@pytest.fixture
def ax():
    yield plt.figure().subplots()
    plt.close("all")


def test_each_bar_has_its_length_and_label_and_the_first_is_on_top(ax):
    draw_bars(ax, [Bar("a 0.50", 0.5), Bar("b 0.25", 0.25)], 3)
    assert [bar.get_width() for bar in ax.patches] == [0.5, 0.25]
    assert [text.get_text() for text in ax.texts] == ["a 0.50", "b 0.25"]
    bottom, top = ax.get_ylim()
    assert bottom > 2 and top < 0


def test_no_bars_leave_the_axes_empty(ax):
    draw_bars(ax, [], 3)
    assert not ax.patches and ax.get_xlim() == (0, 1)


def test_a_word_shows_what_cannot_be_seen():
    assert word(" cat") == "·cat"
    assert word("\n") == "↵"


def test_the_tail_of_a_text_is_its_end():
    assert tail("one two", 20) == "one·two"
    assert tail("one two three", 5) == "…three"
