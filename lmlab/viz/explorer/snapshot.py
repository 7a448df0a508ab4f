"""The attention explorer as a still picture, for places where no script runs."""

import matplotlib.pyplot as plt
import numpy as np
from jaxtyping import Float
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from lmlab.viz import theme
from lmlab.viz.explorer.maps import AttentionMaps, Selection
from lmlab.viz.explorer.pattern import draw_pattern, draw_scale
from lmlab.viz.figures import to_png

_MOST_PIXELS = 48  # the side of a head's miniature, at most
_GAP = 2  # between miniatures
_LETTER = {
    "fontsize": 8,
    "fontweight": "bold",
    "bbox": {"fc": theme.CARD, "ec": "none", "pad": 0.8, "alpha": 0.9},
}


def snapshot(maps: AttentionMaps, selected: Selection, title: str) -> bytes:
    """A PNG: every head in miniature, and the selected one large. Same input, same bytes."""
    with plt.rc_context(theme.style()):
        figure = Figure(figsize=(10, 4.8), layout="constrained")
        grid, large = figure.subplots(1, 2, width_ratios=[1, 1.1])
        _draw_grid(grid, maps, selected)
        draw_pattern(
            large,
            maps.pattern(selected.layer, selected.head),
            maps.keys,
            maps.queries,
            hide_future=maps.causal,
        )
        large.set_title(_heading(maps, selected))
        draw_scale(large)
        figure.suptitle(theme.drawable(title, 80), x=0.01, ha="left", fontsize=12)
        return to_png(figure)


def miniatures(
    weights: Float[np.ndarray, "layers heads query key"], side: int
) -> Float[np.ndarray, "layers heads small_query small_key"]:
    """Each head at `side` × `side` at most; the largest weight of a patch stands for the patch."""
    for axis in (2, 3):
        n = weights.shape[axis]
        if n > side:
            weights = np.maximum.reduceat(weights, np.arange(side) * n // side, axis=axis)
    return weights


def _draw_grid(ax: Axes, maps: AttentionMaps, selected: Selection) -> None:
    small = miniatures(maps.weights, _MOST_PIXELS)
    n_layers, n_heads, height, width = small.shape
    if maps.causal:
        small = np.where(np.tri(height, width, width - height, dtype=bool), small, np.nan)
    gaps = ((0, 0), (0, 0), (0, _GAP), (0, _GAP))
    sheet = np.pad(small, gaps, constant_values=np.nan).transpose(0, 2, 1, 3)
    sheet = sheet.reshape(n_layers * (height + _GAP), n_heads * (width + _GAP))
    ax.imshow(sheet, cmap=theme.MAGNITUDE, norm=theme.weight_scale(), interpolation="nearest")
    for i, row in enumerate(maps.badges):
        for j, earned in enumerate(row):
            if earned:
                place = (j * (width + _GAP) + 0.94 * width, i * (height + _GAP) + 0.06 * height)
                letter = earned[0].pattern[0].upper()
                ax.annotate(letter, place, ha="right", va="top", color=theme.ORANGE, **_LETTER)
    row, column = maps.layers.index(selected.layer), maps.heads.index(selected.head)
    corner = (column * (width + _GAP) - 1, row * (height + _GAP) - 1)
    mark = Rectangle(corner, width + 1, height + 1, fill=False, lw=2, ec=theme.ORANGE)
    ax.add_patch(mark).set_clip_on(False)
    _number(ax.yaxis, maps.layers, height)
    _number(ax.xaxis, maps.heads, width)
    ax.set(xlabel="head", ylabel="layer", title="every head")
    ax.tick_params(length=0)
    ax.spines[:].set_visible(False)


def _number(axis, names: list[int], size: int) -> None:
    places = [i * (size + _GAP) + size / 2 - 0.5 for i in range(len(names))]
    axis.set_ticks(places, [str(name) for name in names], fontsize=8)


def _heading(maps: AttentionMaps, selected: Selection) -> str:
    earned = maps.head_badges(selected.layer, selected.head)
    roles = "".join(f", {badge.pattern} {badge.score:.0%}" for badge in earned)
    return f"layer {selected.layer}, head {selected.head}{roles}"
