"""A model's architecture as a picture, drawn from the module object itself."""

from collections.abc import Sequence
from typing import Any

import matplotlib.pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from torch import nn

from lmlab.viz import theme
from lmlab.viz.charts.parts import Part, Row, read_parts
from lmlab.viz.figures import Picture, picture

_MOST_ROWS = 30
_ROW = 0.25  # inches
_BOXES = 0.74  # of the width, for the boxes; the rest shows shares
_WEIGHTS, _GIVES = 0.37, 0.59  # where two columns begin


def architecture(model: nn.Module, *inputs: Any, depth: int | None = None) -> Picture:
    """The parts of any `nn.Module`, nested, in order, with weights, shapes and parameter counts.

    Neighbours that differ in their name alone are drawn once. A weight that two parts share is
    counted where it comes first. With `inputs`, such as token ids (batch, time), the model reads
    them and the shape that each part gives is shown. `depth` is how many levels are opened; by
    default, as many as fit on 30 lines. The object does not say what happens between its parts
    (sums, reshapes, the order of calls), so that is not drawn. Print `.alt` for the same in words.

    Raises ValueError for a negative depth. Built in chapter 2.3.
    """
    tree = read_parts(model, inputs)
    rows = _rows(tree, depth)
    return picture(_draw(rows), _tree_in_words(rows))


def architecture_diagram(model: nn.Module, *inputs: Any, depth: int | None = None) -> Figure:
    """The figure of `architecture`."""
    return _draw(_rows(read_parts(model, inputs), depth))


def _rows(tree: Part, depth: int | None) -> list[Row]:
    """The lines to draw: down to `depth`, or to the deepest level that fits."""
    if depth is not None:
        if depth < 0:
            raise ValueError(f"depth={depth} was given; give 0 (the model alone) or more.")
        return list(tree.rows(depth))
    rows = list(tree.rows())
    for level in range(max(row.level for row in rows), 1, -1):
        if len(rows) <= _MOST_ROWS:
            break
        rows = list(tree.rows(level - 1))
    return rows


def _draw(rows: Sequence[Row]) -> Figure:
    ax = theme.new_axes(8.6, _ROW * len(rows) + 0.5)
    with plt.rc_context(theme.style()):
        ax.set(xlim=(0, 1), ylim=(len(rows), -1.1))
        ax.set_axis_off()
        _write_heads(ax, rows)
        for place, row in enumerate(rows):
            _draw_box(ax, place, row, _span(rows, place))
            _write_row(ax, place, row)
            _draw_share(ax, place, row, rows[0].parameters)
    return ax.figure


def _write_heads(ax: Axes, rows: Sequence[Row]) -> None:
    heads = {0.005: "part: class", _WEIGHTS: "own weights", _BOXES + 0.01: "parameters"}
    if any(row.output for row in rows):
        heads[_GIVES] = "gives"
    for x, head in heads.items():
        ax.text(x, -0.5, head, va="center", fontsize=8, color=theme.FAINT)


def _span(rows: Sequence[Row], place: int) -> int:
    """How many lines the box of a row takes: its own, and those of the parts within."""
    level = rows[place].level
    inside = 1
    while place + inside < len(rows) and rows[place + inside].level > level:
        inside += 1
    return inside


def _draw_box(ax: Axes, place: int, row: Row, lines: int) -> None:
    inset = 0.05 * row.level  # so that the lower edges of nested boxes lie apart
    left, right = 0.018 * row.level, _BOXES - 0.008 * row.level
    top, bottom = place + 0.06, place + lines - 0.04 - min(inset, 0.35)
    sheets = 3 if row.part.copies > 1 else 1
    for sheet in reversed(range(sheets)):  # a pile, for several copies
        ax.add_patch(
            Rectangle(
                (left + 0.004 * sheet, top + 0.1 * sheet), right - left, bottom - top,
                facecolor="white" if lines == 1 else theme.CARD, edgecolor=theme.FAINT, lw=0.7,
            )
        )  # fmt: skip


def _write_row(ax: Axes, place: int, row: Row) -> None:
    look = {"va": "center", "fontsize": 8}
    bold = "bold" if row.part.parts else "normal"
    left = 0.018 * row.level + 0.008
    room = int((122 if row.part.parts else 140) * (_WEIGHTS - left))  # characters
    ax.text(left, place + 0.48, theme.drawable(row.part.title, room), fontweight=bold, **look)
    colour = theme.ORANGE if row.part.shared else theme.FAINT
    room = 30 if row.part.outputs else 52
    ax.text(_WEIGHTS, place + 0.48, theme.drawable(row.details, room), color=colour, **look)
    ax.text(_GIVES, place + 0.48, theme.drawable(row.output, 20), **look)


def _draw_share(ax: Axes, place: int, row: Row, total: int) -> None:
    """A bar for the part's share of all parameters, with the count on it."""
    share = row.parameters / total if total else 0.0
    left, width = _BOXES + 0.01, 0.99 - _BOXES
    colour = theme.FAINT if row.part.parts and row.opened else theme.BLUE
    ax.add_patch(
        Rectangle((left, place + 0.12), width * share, 0.76, facecolor=colour, alpha=0.35, lw=0)
    )
    told = "shared" if row.part.shared else "none"
    if row.parameters:
        told = f"{row.count}  " + (f"{share:.1%}" if share >= 0.0005 else "<0.1%")
    ax.text(left + 0.004, place + 0.48, told, va="center", fontsize=8)


def _tree_in_words(rows: Sequence[Row]) -> str:
    """A line for each part, indented by its depth."""
    lines = []
    for row in rows:
        told = [row.part.title, row.details, f"gives {row.output}" if row.output else "", row.count]
        lines.append("  " * row.level + " · ".join(filter(None, told)))
    return "\n".join([f"{rows[0].parameters:,} parameters", *lines])
