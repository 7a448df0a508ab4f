"""A text set in lines of equal cells, whose words can be shaded."""

import unicodedata
from collections.abc import Sequence
from typing import NamedTuple

from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from lmlab.viz import theme
from lmlab.viz.tokens import show

_COLUMNS = 88
_FONT_SIZE = 10  # points
_CELL = 0.602 * _FONT_SIZE / 72  # inches: how wide a character of DejaVu Sans Mono is
_ROW = 0.28  # inches
_FAINTEST = 0.01
"""Less than this share is not shaded at all."""

PAGE_WIDTH = _CELL * _COLUMNS
"""In inches."""


class Placed(NamedTuple):
    """A word on the page: what is written, its column, its row, and how many columns it takes."""

    text: str
    column: int
    row: int
    width: int


def set_page(tokens: Sequence[str]) -> list[Placed]:
    """The tokens set in lines; a token that begins with a space begins a word."""
    placed: list[Placed] = []
    column = row = 0
    for token in tokens:
        word = token.strip()
        column += bool(column) and token[:1].isspace()
        shown = theme.drawable(show(word, _COLUMNS), _COLUMNS) if word else ""
        width = sum(1 + (unicodedata.east_asian_width(char) in "WF") for char in shown)
        if column + width > _COLUMNS:
            column, row = 0, row + 1
        placed.append(Placed(shown, column, row, width))
        column += width
    return placed


def page_height(placed: Sequence[Placed]) -> float:
    """How high the axes of a page want to be, in inches."""
    return _ROW * (placed[-1].row + 1)


def draw_page(axes: Axes, placed: Sequence[Placed]) -> None:
    """Write the words on axes of `PAGE_WIDTH` and `page_height`."""
    axes.set(xlim=(0, _COLUMNS), ylim=(placed[-1].row + 1, 0))
    axes.axis("off")
    fonts = ["DejaVu Sans Mono", *theme.fonts()]
    for word in placed:
        axes.text(
            word.column, word.row + 0.5, word.text, va="center", fontsize=_FONT_SIZE, family=fonts
        )


def shade(
    axes: Axes,
    word: Placed,
    share: float,
    colour: str,
    top: float = 0.0,
    height: float = 1.0,
) -> None:
    """Colour a word, or a stripe of its row, the more the larger the share (0 to 1)."""
    if share > _FAINTEST:
        corner = (word.column, word.row + top)
        axes.add_patch(
            Rectangle(corner, word.width, height, color=colour, alpha=min(share, 1.0), lw=0)
        )
