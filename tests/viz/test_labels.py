"""Names keep off marks, off each other, and inside the axes."""

from itertools import combinations

import matplotlib.pyplot as plt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.figure import Figure

from lmlab.viz.labels import Label, name_ends, place_labels

spots = st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1)), min_size=1, max_size=12)


@given(spots)
@settings(max_examples=15, deadline=None)
def test_names_cover_nothing(points):
    ax = Figure(figsize=(3, 2)).subplots()
    ax.set(xlim=(0, 1), ylim=(0, 1))
    place_labels(ax, [Label(x, y, f"name {i}") for i, (x, y) in enumerate(points)], points)
    boxes = [text.get_window_extent() for text in ax.texts]
    assert not any(a.overlaps(b) for a, b in combinations(boxes, 2))
    for box in boxes:
        assert not any(box.contains(*ax.transData.transform(point)) for point in points)
        assert ax.get_window_extent().x0 <= box.x0 and box.x1 <= ax.get_window_extent().x1


def test_the_first_name_is_served_first():
    ax = Figure(figsize=(3, 2)).subplots()
    place_labels(ax, [Label(0.5, 0.5, "first"), Label(0.5, 0.5, "second")], [(0.5, 0.5)])
    first, second = ax.texts
    assert (first.get_text(), second.get_text()) == ("first", "second")
    assert first.get_ha() == "left"  # its favourite place, on the right of the mark


@pytest.mark.parametrize(("scale", "middle"), [("linear", 505.0), ("log", 100.0)])
def test_names_stand_where_their_lines_end_on_axes_never_drawn(scale, middle):
    _, ax = plt.subplots()
    ax.set_yscale(scale)
    for end in (10.0, middle, 1000.0):
        ax.plot([0, 1], [10.0, end])
    name_ends(ax, [(1000.0, "high", "k"), (middle, "middle", "k"), (10.0, "low", "k")])
    heights = {text.get_text(): text.xy[1] for text in ax.texts}
    plt.close(ax.figure)
    assert 0 <= heights["low"] < 0.1 and 0.9 < heights["high"] <= 1
    assert heights["middle"] == pytest.approx(0.5)


def test_names_of_equal_ends_are_moved_apart():
    _, ax = plt.subplots()
    ax.plot([0, 1], [0, 1])
    name_ends(ax, [(1.0, "one", "k"), (1.0, "two", "k")])
    (_, one), (_, two) = (text.xy for text in ax.texts)
    plt.close(ax.figure)
    assert abs(one - two) > 0.05
