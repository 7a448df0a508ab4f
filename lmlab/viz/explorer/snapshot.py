"""The attention explorer as a still picture, for places where no script runs."""

from collections.abc import Mapping, Sequence

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

Ranked = tuple[float, int, int]
"""A head in an order: its value there, its layer and its number."""

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
        draw_heads(grid, maps, selected)
        _draw_large(large, maps, selected)
        return finish(figure, title)


def wall(
    maps: AttentionMaps, selected: Selection, order: Sequence[Ranked] | None, title: str
) -> bytes:
    """A PNG: every head in miniature, wide, and the selected one beside. Same input, same bytes.

    With an `order`, (value, layer, head) each, the heads run as a text does, each with its name;
    so do those of a model with many more layers than heads.
    """
    if order is None and len(maps.layers) > 2 * len(maps.heads):
        order = [(0.0, layer, head) for layer in maps.layers for head in maps.heads]
    with plt.rc_context(theme.style()):
        figure = Figure(figsize=(12, 6.2), layout="constrained")
        grid, large = figure.subplots(1, 2, width_ratios=[1.7, 1])
        if order is None:
            draw_heads(grid, maps, selected)
        else:
            _draw_run(grid, maps, selected, order)
        _draw_large(large, maps, selected)
        return finish(figure, title)


def finish(figure: Figure, title: str) -> bytes:
    """The figure under its title, as a PNG."""
    figure.suptitle(theme.drawable(title, 80), x=0.01, ha="left", fontsize=12)
    return to_png(figure)


def miniatures(
    weights: Float[np.ndarray, "layers heads query key"], side: int
) -> Float[np.ndarray, "layers heads small_query small_key"]:
    """Each head at `side` × `side` at most; the largest value of a patch stands for the patch."""
    for axis in (2, 3):
        n = weights.shape[axis]
        if n > side:
            weights = np.maximum.reduceat(weights, np.arange(side) * n // side, axis=axis)
    return weights


def draw_heads(ax: Axes, maps: AttentionMaps, selected: Selection) -> None:
    """Every head in miniature on `ax`, a row for each layer, with the letters of their badges."""
    small = _small(maps)
    n_layers, n_heads, height, width = small.shape
    _draw_sheet(ax, small, _GAP)
    places = {
        (layer, head): (j * (width + _GAP), i * (height + _GAP))
        for i, layer in enumerate(maps.layers)
        for j, head in enumerate(maps.heads)
    }
    _mark(ax, maps, selected, places, (height, width))
    _number(ax.yaxis, maps.layers, height)
    _number(ax.xaxis, maps.heads, width)
    ax.set(xlabel="head", ylabel="layer", title="every head")


def _draw_run(ax: Axes, maps: AttentionMaps, selected: Selection, order: Sequence[Ranked]) -> None:
    """Every head in miniature on `ax`, one after the other as a text runs, with its name."""
    small = _small(maps)
    height, width = small.shape[2:]
    gap = max(_GAP, height // 3)  # holds the name
    columns = max(1, round((1.15 * len(order)) ** 0.5))
    rows = -(-len(order) // columns)
    sheet = np.full((rows * columns, height, width), np.nan, dtype=np.float32)
    places = {}
    for at, (_, layer, head) in enumerate(order):
        sheet[at] = small[maps.layers.index(layer), maps.heads.index(head)]
        x, y = at % columns * (width + gap), at // columns * (height + gap)
        places[layer, head] = x, y
        ax.text(x - 0.5, y - 1, f"{layer}.{head}", fontsize=6, color=theme.FAINT, va="bottom")
    _draw_sheet(ax, sheet.reshape(rows, columns, height, width), gap)
    _mark(ax, maps, selected, places, (height, width))
    ax.set(xticks=[], yticks=[])
    ax.set_title("every head, in order", pad=12)


def _small(maps: AttentionMaps) -> Float[np.ndarray, "layers heads small_query small_key"]:
    small = miniatures(maps.weights, _MOST_PIXELS)
    height, width = small.shape[2:]
    if maps.causal:
        small = np.where(np.tri(height, width, width - height, dtype=bool), small, np.nan)
    return small


def _draw_sheet(ax: Axes, small: Float[np.ndarray, "rows columns query key"], gap: int) -> None:
    rows, columns, height, width = small.shape
    gaps = ((0, 0), (0, 0), (0, gap), (0, gap))
    sheet = np.pad(small, gaps, constant_values=np.nan).transpose(0, 2, 1, 3)
    sheet = sheet.reshape(rows * (height + gap), columns * (width + gap))
    ax.imshow(sheet, cmap=theme.MAGNITUDE, norm=theme.weight_scale(), interpolation="nearest")
    ax.tick_params(length=0)
    ax.spines[:].set_visible(False)


def _mark(
    ax: Axes,
    maps: AttentionMaps,
    selected: Selection,
    places: Mapping[tuple[int, int], tuple[int, int]],
    size: tuple[int, int],
) -> None:
    """The letter of each head's first badge, and a frame around the head that is selected."""
    height, width = size
    for (layer, head), (x, y) in places.items():
        earned = maps.head_badges(layer, head)
        if earned:
            place, letter = (x + 0.94 * width, y + 0.06 * height), earned[0].pattern[0].upper()
            ax.annotate(letter, place, ha="right", va="top", color=theme.ORANGE, **_LETTER)
    x, y = places[selected.layer, selected.head]
    frame = Rectangle((x - 1, y - 1), width + 1, height + 1, fill=False, lw=2, ec=theme.ORANGE)
    ax.add_patch(frame).set_clip_on(False)


def _draw_large(ax: Axes, maps: AttentionMaps, selected: Selection) -> None:
    weights = maps.pattern(selected.layer, selected.head)
    draw_pattern(ax, weights, maps.keys, maps.queries, hide_future=maps.causal)
    ax.set_title(_heading(maps, selected))
    draw_scale(ax)


def _number(axis, names: list[int], size: int) -> None:
    places = [i * (size + _GAP) + size / 2 - 0.5 for i in range(len(names))]
    axis.set_ticks(places, [str(name) for name in names], fontsize=8)


def _heading(maps: AttentionMaps, selected: Selection) -> str:
    earned = maps.head_badges(selected.layer, selected.head)
    roles = "".join(f", {badge.pattern} {badge.score:.0%}" for badge in earned)
    return f"layer {selected.layer}, head {selected.head}{roles}"
