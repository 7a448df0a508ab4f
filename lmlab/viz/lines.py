"""A few lines on one picture, each with its name at its end."""

from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
from matplotlib.axes import Axes

from lmlab.viz import theme
from lmlab.viz.labels import Spot, name_ends

COLOURS = (theme.BLUE, theme.ORANGE, "#1b7837", "#762a83", "#b2182b", "#4d4d4d")
"""For up to six lines: apart in lightness too, for those who do not tell hues apart."""


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
        ends = [(line[-1][1], name) for name, line in lines.items()]
        name_ends(axes, [(*end, colour) for end, colour in zip(ends, COLOURS, strict=False)])
    return axes
