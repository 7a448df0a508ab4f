"""Words are set in lines, stay on the page, and are shaded by their share."""

import matplotlib.pyplot as plt
import pytest
from matplotlib.patches import Rectangle

from lmlab.viz.pages import draw_page, page_height, set_page, shade


@pytest.fixture
def axes():
    yield plt.figure().add_subplot()
    plt.close("all")


def test_a_space_begins_a_word_and_wide_characters_take_two_cells():
    tom, s, wide = set_page(["Tom", "s", " 你好"])
    assert (tom.column, s.column, wide.column) == (0, 3, 5)
    assert wide.width == (2 if wide.text == "▯▯" else 4)  # as the fonts here have it


def test_a_full_line_is_broken_and_the_page_grows():
    short, long = set_page([" word"] * 3), set_page([" word"] * 90)
    assert {word.row for word in short} == {0}
    assert max(word.row for word in long) > 3
    assert page_height(long) > page_height(short)


def test_shares_are_as_strong_as_they_are_large_and_tiny_ones_are_left_out(axes):
    placed = set_page(["a", " b", " c"])
    draw_page(axes, placed)
    for word, share in zip(placed, (0.9, 0.4, 0.001), strict=True):
        shade(axes, word, share, "#336699")
    boxes = [patch for patch in axes.patches if isinstance(patch, Rectangle)]
    assert [box.get_alpha() for box in boxes] == [0.9, 0.4]
    assert [text.get_text() for text in axes.texts] == ["a", "b", "c"]
