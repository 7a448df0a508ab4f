import pytest
from matplotlib.colors import to_rgb

from lmlab.text import BPETokenizer
from lmlab.viz import theme
from lmlab.viz.charts.merges import merge_growth

STEPS = [["t", "h", "e"], ["th", "e"], ["the"]]


def boxes(steps):
    (ax,) = merge_growth(steps).axes
    return {
        (text.get_text(), round(box.get_y() + 0.36)): (box.get_width(), box.get_facecolor()[:3])
        for text, box in zip(ax.texts, ax.patches, strict=True)
    }


def test_a_box_is_as_wide_as_its_bytes_and_the_newest_is_orange():
    drawn = boxes(STEPS)
    assert len(drawn) == 6
    assert drawn["th", 1][1] == to_rgb(theme.ORANGE)
    assert drawn["e", 1][1] == to_rgb(theme.BLUE)
    assert drawn["the", 2][0] > 2 * drawn["h", 0][0]


def test_all_rows_have_the_same_width_whatever_the_script():
    tokenizer = BPETokenizer.train(["小猫 <b> $x$ " * 9], 270, progress=False)
    steps = tokenizer.merge_steps("小猫")
    (ax,) = merge_growth(steps).axes
    ends = {}
    for box in ax.patches:
        row = round(box.get_y() + 0.36)
        ends[row] = max(ends.get(row, 0), box.get_x() + box.get_width())
    assert len(steps) > 2 and len(ends) == len(steps)
    assert max(ends.values()) - min(ends.values()) < 1e-6


def test_a_token_is_drawn_as_it_is_written():
    assert ("$x$", 0) in boxes([["$x$"]])


def test_without_steps_there_is_nothing_to_draw():
    with pytest.raises(ValueError, match="steps is empty"):
        merge_growth([])
