"""A tensor as a sheet that can be drawn: a row for each token, a panel for each head.

Built in chapter 3.1.
"""

import base64
import zlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int8
from matplotlib import colormaps

from lmlab.viz import theme

NOT_FINITE = -128  # the level of nan and infinity
_WIDTHS = (512, 256, 128, 64, 32, 16)
_MOST_NUMBERS = 400_000  # of one view


@dataclass(frozen=True)
class Sheet:
    """Numbers as levels: -127 to 127 stand for -scale to scale.

    Where there were more columns than fit, the number furthest from zero stands for its neighbours.
    """

    levels: Int8[np.ndarray, "panels time columns"]
    scale: float
    columns: int
    """Columns of one panel before any were left out."""

    @property
    def signed(self) -> bool:
        """Whether there are numbers below zero."""
        return bool((self.levels[self.levels != NOT_FINITE] < 0).any())


def sheets(values: Sequence[Float[np.ndarray, "..."]]) -> list[Sheet]:
    """Tensors (time, channels) or (heads, time, channels) as sheets, narrow enough to fit a page.

    Raises ValueError when there is no way to fit them.
    """
    stacks = [value if value.ndim == 3 else value[None] for value in values]
    for whole in (True, False):  # attention keeps all its keys as long as it can
        for width in _WIDTHS:
            kept = [_columns(stack, width, whole) for stack in stacks]
            numbers = sum(n * stack[..., 0].size for n, stack in zip(kept, stacks, strict=True))
            if numbers <= _MOST_NUMBERS:
                return [_sheet(stack, n) for n, stack in zip(kept, stacks, strict=True)]
    raise ValueError(
        f"{len(stacks)} tensors over {stacks[0].shape[1]} tokens are too much for one view; give a "
        "shorter text."
    )


def pack(drawn: Sequence[Sheet]) -> str:
    """The levels of all sheets, one after the other, deflated, in base64."""
    flat = b"".join(sheet.levels.tobytes() for sheet in drawn)
    return base64.b64encode(zlib.compress(flat, 9)).decode("ascii")


def painted(sheet: Sheet) -> Float[np.ndarray, "time width 4"]:
    """The panels side by side in colour (RGBA, 0 to 1), clear where nothing is.

    The square root of the size lifts small numbers into sight.
    """
    panels, time, columns = sheet.levels.shape
    levels = np.where(sheet.levels == NOT_FINITE, np.nan, sheet.levels / 127)
    gap = 1 + columns // 16 if panels > 1 else 0
    spaced = np.pad(levels, ((0, 0), (0, 0), (0, gap)), constant_values=np.nan)
    flat = spaced.transpose(1, 0, 2).reshape(time, panels * (columns + gap))
    size = np.sign(flat) * np.sqrt(np.abs(flat))
    shade = theme.SIGN((size + 1) / 2) if sheet.signed else colormaps[theme.MAGNITUDE](size)
    return np.where(np.isnan(size)[..., None], 0.0, shade)


def _columns(stack: np.ndarray, width: int, whole: bool) -> int:
    """How many columns of each panel are kept when `width` is the most for all panels together."""
    panels, time, columns = stack.shape
    if whole and columns == time:
        return columns
    return min(columns, max(1, width // panels))


def _sheet(stack: np.ndarray, columns: int) -> Sheet:
    kept = _furthest(stack, columns)
    finite = np.isfinite(kept)
    scale = float(np.abs(kept[finite]).max(initial=0.0)) or 1.0
    levels = np.full(kept.shape, NOT_FINITE, dtype=np.int8)
    levels[finite] = np.rint(127 * (kept[finite] / scale)).astype(np.int8)
    return Sheet(levels, scale, stack.shape[2])


def _furthest(stack: np.ndarray, kept: int) -> np.ndarray:
    """`kept` columns: of the neighbours that share one, the number furthest from zero."""
    starts = np.arange(kept) * stack.shape[2] // kept
    high = np.maximum.reduceat(stack, starts, axis=2)
    low = np.minimum.reduceat(stack, starts, axis=2)
    return np.where(high >= -low, high, low)
