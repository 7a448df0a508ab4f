"""A few lines on one picture, each with its name at its end."""

import math
from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
from matplotlib.axes import Axes

from lmlab.viz import theme
from lmlab.viz.labels import Number, Spot

COLOURS = (theme.BLUE, theme.ORANGE, "#1b7837", "#762a83", "#b2182b", "#4d4d4d")
"""For up to six lines: apart in lightness too, for those who do not tell hues apart."""

_APART = 0.055  # of the height of the axes, between two names


def named_lines(
    lines: Mapping[str, Sequence[Spot]], *, xlabel: str, ylabel: str, log: bool = False
) -> Axes:
    """Draw each line and write its name, in its colour, where it ends on the right.

    Names that would overlap are moved apart. `log` makes the vertical axis logarithmic. Raises
    ValueError when there are more lines than colours. Built in chapter 3.2.
    """
    if not 0 < len(lines) <= len(COLOURS):
        raise ValueError(f"{len(lines)} lines were given; 1 to {len(COLOURS)} can be told apart.")
    axes = theme.new_axes(7.2, 3.8)
    with plt.rc_context(theme.style()):
        if log:
            axes.set_yscale("log")
        for line, colour in zip(lines.values(), COLOURS, strict=False):
            axes.plot(*zip(*line, strict=True), color=colour, lw=1.6)
        axes.set(xlabel=xlabel, ylabel=ylabel)
        heights = [_share(axes, line[-1][1]) for line in lines.values()]
        for name, height, colour in zip(lines, _spread(heights), COLOURS, strict=False):
            axes.annotate(
                name, (1.01, height), xycoords="axes fraction", color=colour, va="center",
                annotation_clip=False,
            )  # fmt: skip
    return axes


def _share(axes: Axes, value: Number) -> float:
    """How high a value stands: 0 at the bottom of the axes, 1 at the top."""
    ends = axes.get_ylim()
    if axes.get_yscale() == "log":
        value, ends = math.log(value), tuple(map(math.log, ends))
    return (value - ends[0]) / (ends[1] - ends[0])


def _spread(heights: Sequence[float]) -> list[float]:
    """The heights, each at least `_APART` above the next lower one."""
    order = sorted(range(len(heights)), key=heights.__getitem__)
    spread, last = list(heights), -math.inf
    for place in order:
        spread[place] = last = max(heights[place], last + _APART)
    return spread
