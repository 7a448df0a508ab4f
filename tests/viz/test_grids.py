"""Tables of controls have one value, and say once that it has changed."""

import ipywidgets as widgets

from lmlab.viz.grids import Beside, number_grid, toggle_grid


def boxes(grid, kind) -> list:
    return [child for child in grid.children if isinstance(child, kind)]


def changes(widget) -> list:
    seen = []
    widget.observe(lambda change: seen.append(change.new), names="value")
    return seen


def test_a_grid_holds_its_numbers_row_by_row_under_their_names():
    grid = number_grid(((1.0, 2.0), (3.0, 4.0)), ["的", "<b>"], ["0", "1"], "q")
    assert grid.value == ((1.0, 2.0), (3.0, 4.0))
    names = [child.value for child in boxes(grid, widgets.Label)]
    assert names == ["q", "0", "1", "的", "<b>"]


def test_a_changed_cell_changes_the_value():
    grid = number_grid(((1.0, 2.0),), ["a"], ["0", "1"], "q")
    seen = changes(grid)
    boxes(grid, widgets.FloatText)[1].value = 7.0
    assert seen == [((1.0, 7.0),)]


def test_a_set_value_reaches_every_cell_and_is_told_once():
    grid = toggle_grid(((False, True), (False, False)), ["a", "b"], ["a", "b"])
    seen = changes(grid)
    grid.value = ((True, True), (True, False))
    assert seen == [((True, True), (True, False))]
    assert [cell.value for cell in boxes(grid, widgets.ToggleButton)] == [True, True, True, False]


def test_a_switch_shows_its_state_without_colour_and_says_what_it_means():
    (switch,) = boxes(toggle_grid(((False,),), ["cat"], ["The"]), widgets.ToggleButton)
    off = switch.description
    switch.value = True
    assert switch.description != off
    assert switch.tooltip == "cat may look at The"


def test_controls_side_by_side_have_their_values_in_one():
    left, right = widgets.IntSlider(1), widgets.IntSlider(2)
    both = Beside(left, right)
    right.value = 5
    assert both.value == (1, 5)
