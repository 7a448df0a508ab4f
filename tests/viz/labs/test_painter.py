"""A mask can be painted, read, and says in words what may be wrong with it."""

import ipywidgets as widgets
import matplotlib.pyplot as plt
import pytest
import torch

from lmlab.nn.masks import causal_mask
from lmlab.viz import theme
from lmlab.viz.labs.painter import mask_painter, mask_picture

TOKENS = ["The", " old", "<b>", "猫"]


@pytest.fixture(autouse=True)
def close_figures():
    yield
    plt.close("all")


def words(figure) -> list[str]:
    return [text.get_text() for text in figure.axes[1].texts]


def headline(figure) -> str:
    return figure.axes[0].get_title(loc="left")


def switches(painter, screen) -> list[widgets.ToggleButton]:
    painter._ipython_display_()
    grid = screen.shown[-1].children[0]
    return [cell for cell in grid.children if isinstance(cell, widgets.ToggleButton)]


def press(screen, name) -> None:
    presets = screen.shown[-1].children[1]
    next(button for button in presets.children if button.description == name).click()


def test_the_picture_holds_the_mask_and_counts_it():
    figure = mask_picture(causal_mask(4), TOKENS)
    assert figure.axes[0].images[0].get_array().tolist() == causal_mask(4).tolist()
    assert headline(figure) == "10 of 16 squares are seen"
    assert words(figure) == ["every row sees a key, and none its own future"]


def test_rows_that_see_nothing_and_keys_that_nobody_sees_are_named():
    mask = causal_mask(4)
    mask[0] = False
    mask[:, 3] = False
    assert words(mask_picture(mask, TOKENS)) == [
        "row 0 (The) sees nothing",
        f"nobody sees key 3 ({theme.drawable('猫')})",
    ]


def test_a_look_into_the_future_is_named_with_what_it_sees():
    mask = causal_mask(4)
    mask[1, 2] = True
    assert words(mask_picture(mask, TOKENS)) == ["position 1 (·old) sees its own future: <b>"]


def test_many_alike_warnings_are_told_together():
    nothing = torch.zeros(5, 5, dtype=torch.bool)
    found = words(mask_picture(nothing, list("abcde")))
    assert found == ["5 rows see nothing", "5 keys are never seen"]


def test_squares_that_differ_from_the_goal_are_counted_and_crossed():
    mask = causal_mask(4)
    mask[0, 3] = True
    figure = mask_picture(mask, TOKENS, goal=causal_mask(4))
    assert headline(figure).endswith("1 differs from the goal")
    assert figure.axes[0].lines[0].get_xydata().tolist() == [[3, 0]]
    assert headline(mask_picture(mask, TOKENS, goal=mask)).endswith("this is the goal")
    assert headline(mask_picture(~mask, TOKENS, goal=mask)).endswith("16 differ from the goal")


def test_a_switch_paints_its_square_and_the_picture_follows(screen):
    painter = mask_painter(TOKENS, goal=causal_mask(4))
    switches(painter, screen)[4].value = True  # second query, first key
    assert painter.mask.nonzero().tolist() == [[1, 0]]
    assert "·old sees The; <b> sees nothing" in screen.updates[-1].alt
    assert "9 differ from the goal" in screen.updates[-1].alt


def test_a_preset_paints_the_whole_in_one_picture(screen):
    painter = mask_painter(TOKENS)
    switches(painter, screen)
    press(screen, "causal")
    assert torch.equal(painter.mask, causal_mask(4))
    assert len(screen.updates) == 1
    press(screen, "window (size)")
    assert painter.mask.sum(dim=1).tolist() == [1, 2, 2, 2]
    press(screen, "padding after (size)")
    assert painter.mask.sum(dim=0).tolist() == [4, 4, 0, 0]
    press(screen, "all")
    assert painter.mask.all()
    press(screen, "nothing")
    assert not painter.mask.any()


def test_a_painter_begins_with_the_mask_it_is_given():
    painter = mask_painter(TOKENS, causal_mask(4))
    assert torch.equal(painter.mask, causal_mask(4))
    assert "猫 sees The ·old <b> 猫" in repr(painter)


@pytest.mark.parametrize("mask", [causal_mask(3), causal_mask(4).float(), causal_mask(3, 4)])
def test_a_mask_that_does_not_fit_is_refused(mask):
    for entry in (mask_painter, lambda tokens, mask: mask_picture(mask, tokens)):
        with pytest.raises(ValueError, match=r"for 4 tokens give Bool numbers \(4, 4\)"):
            entry(TOKENS, mask)


@pytest.mark.parametrize("n", [0, 13])
def test_the_number_of_switches_has_a_limit(n):
    with pytest.raises(ValueError, match=f"{n} tokens were given: give 1 to 12"):
        mask_painter(["x"] * n)
