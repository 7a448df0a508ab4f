"""The x-ray as a still picture, for places where no script runs."""

from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from lmlab.viz import theme
from lmlab.viz.bars import word
from lmlab.viz.figures import to_png
from lmlab.viz.xrays.sheets import Sheet, painted

_COLUMNS = 11
_MOST = 44  # thumbnails
_HEIGHT = 0.62  # inches for a row of thumbnails


def still(sheets: Mapping[str, Sheet], start: str, tokens: Sequence[str], formula: str) -> bytes:
    """A PNG: the sheet called `start` large, and the first 44 in miniature."""
    small = list(sheets.items())[:_MOST]
    n_rows = -(-len(small) // _COLUMNS)
    with plt.rc_context(theme.style()):
        figure = Figure(figsize=(10, 3.4 + _HEIGHT * n_rows), layout="constrained")
        heights = (3.2, _HEIGHT * n_rows)
        large, strip = figure.subplots(2, 1, height_ratios=heights)
        _large(large, sheets[start], tokens)
        large.set_title(f"{start} = {formula}")
        _strip(strip, small, n_rows)
        return to_png(figure)


def _large(ax: Axes, sheet: Sheet, tokens: Sequence[str]) -> None:
    ax.imshow(painted(sheet), aspect="auto", interpolation="nearest")
    size = 8 if len(tokens) <= 24 else 5
    ax.set_yticks(range(len(tokens)), [word(token) for token in tokens], fontsize=size)
    ax.set_xticks(())
    heads = f"heads 0 to {len(sheet.levels) - 1}, side by side" if len(sheet.levels) > 1 else ""
    ax.set_xlabel(heads or f"{sheet.columns} numbers for each token")
    ax.tick_params(length=0)
    ax.spines[:].set_visible(False)


def _strip(ax: Axes, small: Sequence[tuple[str, Sheet]], n_rows: int) -> None:
    """Thumbnails in rows of eleven, each under its name."""
    ax.set_axis_off()
    for place, (name, sheet) in enumerate(small):
        row, column = divmod(place, _COLUMNS)
        box = (column + 0.03, column + 0.97, row + 0.95, row + 0.32)
        ax.imshow(painted(sheet), aspect="auto", interpolation="nearest", extent=box)
        ax.text(column + 0.03, row + 0.28, name.removeprefix("blocks."), fontsize=7)
    ax.set(xlim=(0, _COLUMNS), ylim=(n_rows, 0))
