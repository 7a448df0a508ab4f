"""How a word's tokens grow: bytes at the top, one merge a row, the code at the bottom."""

import re
from collections.abc import Sequence

import matplotlib.pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import FancyBboxPatch

from lmlab.viz import theme
from lmlab.viz.bars import word

_GAP = 0.08  # between boxes, in widths of a byte


def merge_growth(steps: Sequence[Sequence[str]]) -> Figure:
    """The tokens of a piece of text after each merge; what a merge has just made is orange.

    `steps` is what `tokenizer.merge_steps(text)` returns. Raises ValueError when there are none.
    Built in chapter 3.1.
    """
    if not steps:
        raise ValueError("steps is empty; give the tokens at first and after each merge.")
    width = sum(map(_width, steps[0]))
    with plt.rc_context(theme.style()):
        size = (min(10.0, 1.6 + 0.45 * width), 0.5 + 0.42 * len(steps))
        figure, ax = plt.subplots(figsize=size, layout="constrained")
        for row, tokens in enumerate(steps):
            before = steps[row - 1] if row else tokens
            _row(ax, row, tokens, set(tokens) - set(before))
        ax.set(xlim=(0, width), ylim=(len(steps) - 0.4, -0.6), xticks=())
        ax.set_yticks(range(len(steps)), map(str, range(len(steps))))
        ax.set_ylabel("merges")
        ax.tick_params(length=0)
        ax.spines[:].set_visible(False)
    return figure


def _row(ax: Axes, row: int, tokens: Sequence[str], new: set[str]) -> None:
    left = 0.0
    for token in tokens:
        width = _width(token)
        colour = theme.ORANGE if token in new else theme.BLUE
        box = FancyBboxPatch(
            (left + _GAP, row - 0.36), width - 2 * _GAP, 0.72, boxstyle="round,pad=0",
            facecolor=colour, alpha=0.28, edgecolor="none",
        )  # fmt: skip
        ax.add_patch(box)
        ax.text(left + width / 2, row, word(token), ha="center", va="center", fontsize=9)
        left += width


def _width(token: str) -> int:
    """Its bytes; one that is no character by itself is written out, as `\\xe5`."""
    return len(_BYTE.sub("?", token).encode())


_BYTE = re.compile(r"\\x[0-9a-f]{2}")
