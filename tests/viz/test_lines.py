"""Every line has its name at its end, and no two names overlap."""

import matplotlib.pyplot as plt
import pytest

from lmlab.viz.lines import named_lines

AXES = {"xlabel": "step", "ylabel": "loss"}


@pytest.fixture(autouse=True)
def close_figures():
    yield
    plt.close("all")


def names(axes):
    return {text.get_text(): text.get_position()[1] for text in axes.texts}


def test_each_name_has_the_colour_of_its_line():
    axes = named_lines({"a": [(0, 1), (1, 2)], "b": [(0, 3), (2, 5)]}, **AXES)
    assert [line.get_xydata().tolist() for line in axes.lines] == [
        [[0, 1], [1, 2]],
        [[0, 3], [2, 5]],
    ]
    assert [text.get_color() for text in axes.texts] == [line.get_color() for line in axes.lines]
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("step", "loss")


@pytest.mark.parametrize("log", [False, True])
def test_a_name_stands_where_its_line_ends(log):
    axes = named_lines(
        {"low": [(0, 100.0), (1, 1.0)], "high": [(0, 1.0), (1, 100.0)]}, log=log, **AXES
    )
    for name, value in (("low", 1.0), ("high", 100.0)):
        place = axes.transAxes.transform((1, names(axes)[name]))[1]
        assert place == pytest.approx(axes.transData.transform((1, value))[1])


def test_names_are_moved_apart_in_their_order():
    ends = {"c": 1.002, "a": 1.0, "b": 1.001, "far": 9.0}
    found = names(named_lines({name: [(0, 0), (1, y)] for name, y in ends.items()}, **AXES))
    heights = [found[name] for name in ("a", "b", "c", "far")]
    assert all(high - low > 0.05 for low, high in zip(heights, heights[1:], strict=False))


def test_more_lines_than_colours_are_refused():
    with pytest.raises(ValueError, match="7 lines were given; 1 to 6"):
        named_lines({str(n): [(0, n), (1, n)] for n in range(7)}, **AXES)
