"""Names beside points, where there is room for them."""

from collections.abc import Sequence
from typing import NamedTuple

from matplotlib.axes import Axes
from matplotlib.patheffects import withStroke
from matplotlib.text import Annotation
from matplotlib.transforms import Bbox

from lmlab.viz import theme

_APART = 0.055  # of the height of the axes: names at the ends of lines stand so far from each other
_NEAR, _FAR = 6, 13  # points between a mark and its name
_SIDES = ((1, 0), (-1, 0), (0, 1), (0, -1), (1, 1), (-1, 1), (1, -1), (-1, -1))


Number = int | float
Spot = tuple[Number, Number]
"""A place in the units of the axes."""


class Label(NamedTuple):
    """A name and the point it belongs to, in the units of the axes."""

    x: Number
    y: Number
    text: str
    colour: str = theme.INK


def place_labels(ax: Axes, labels: Sequence[Label], marks: Sequence[Spot]) -> None:
    """Write each name beside its point where it covers no mark and no other name.

    The first of `labels` choose first; a name that finds no room is left out. `marks` are all
    points to be kept clear, on lines too. Call it last: it reads the limits and size of the axes.
    """
    ax.figure.draw_without_rendering()
    taken = [_around(ax, mark, 4) for mark in marks]
    for label in labels:
        box = _write(ax, label, taken)
        if box is not None:
            taken.append(box)


def _write(ax: Axes, label: Label, taken: Sequence[Bbox]) -> Bbox | None:
    """The name at the first free place around its point; None when there is none."""
    inside = ax.get_window_extent()
    for distance in (_NEAR, _FAR):
        for side in _SIDES:
            note = _annotate(ax, label, side, distance)
            box = note.get_window_extent()
            fits = inside.x0 <= box.x0 and box.x1 <= inside.x1
            fits = fits and inside.y0 <= box.y0 and box.y1 <= inside.y1
            if fits and not any(box.overlaps(other) for other in taken):
                return box
            note.remove()
    return None


def _annotate(ax: Axes, label: Label, side: tuple[int, int], distance: int) -> Annotation:
    right, up = side
    shift = distance if 0 in side else distance * 0.7
    note = ax.annotate(
        label.text,
        (label.x, label.y),
        xytext=(right * shift, up * shift),
        textcoords="offset points",
        ha={1: "left", 0: "center", -1: "right"}[right],
        va={1: "bottom", 0: "center", -1: "top"}[up],
        fontsize=8,
        color=label.colour,
        path_effects=[withStroke(linewidth=2.5, foreground=theme.CARD)],  # readable on a line
    )
    note.set_in_layout(False)
    return note


def _around(ax: Axes, point: Spot, margin: Number) -> Bbox:
    """A square of 2 · margin pixels about a point."""
    x, y = ax.transData.transform(point)
    return Bbox.from_extents(x - margin, y - margin, x + margin, y + margin)


def name_ends(ax: Axes, ends: Sequence[tuple[Number, str, str]]) -> None:
    """Write (value, name, colour) of each line beside the axes, at the height where it ends.

    Names that would overlap are moved apart. Call it last: it reads the limits of the axes.
    """
    place = -float("inf")
    for value, name, colour in sorted(ends):
        place = max(_height(ax, value), place + _APART)
        ax.annotate(
            name, (1.01, place), xycoords="axes fraction", color=colour, va="center",
            annotation_clip=False,
        )  # fmt: skip


def _height(ax: Axes, value: Number) -> float:
    """How high a value stands: 0 at the bottom of the axes, 1 at the top."""
    low, high, place = ax.yaxis.get_transform().transform([*ax.get_ylim(), value])
    return float((place - low) / (high - low))
