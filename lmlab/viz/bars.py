"""Horizontal bars that carry their own labels."""

from collections.abc import Sequence
from typing import NamedTuple

from matplotlib.axes import Axes
from matplotlib.transforms import offset_copy

from lmlab.viz import theme
from lmlab.viz.tokens import show


class Bar(NamedTuple):
    """A bar: what is written on it, how long it is, and its colour."""

    label: str
    length: float
    colour: str = theme.BLUE


def draw_bars(ax: Axes, bars: Sequence[Bar], places: int) -> None:
    """Draw the bars from the top down, with room for `places`; the axis ends at 1."""
    ax.barh(
        range(len(bars)), [bar.length for bar in bars], height=0.82, alpha=0.35,
        color=[bar.colour for bar in bars],
    )  # fmt: skip
    inside = offset_copy(ax.get_yaxis_transform(), ax.figure, 3, 0, "points")
    for place, bar in enumerate(bars):
        ax.text(0, place, bar.label, transform=inside, va="center", fontsize=8)
    ax.set(xlim=(0, 1), ylim=(places - 0.4, -0.6), xticks=(0, 1), yticks=())
    ax.tick_params(labelsize=7)
    ax.spines["left"].set_visible(False)


def word(token: str) -> str:
    """The token as a figure can draw it: nothing invisible, nothing without a glyph."""
    return theme.drawable(show(token))


def tail(text: str, limit: int = 48) -> str:
    """The end of the text as a figure can draw it, with `…` for what came before."""
    cut = "…" if len(text) > limit else ""
    return cut + theme.drawable(show(text[-limit:], 8 * limit), 8 * limit)
