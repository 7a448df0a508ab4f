"""Two attentions and their difference as a still picture, for places where no script runs."""

from collections.abc import Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from lmlab.viz import theme
from lmlab.viz.explorer.cells import signed_colours
from lmlab.viz.explorer.maps import AttentionMaps, Selection
from lmlab.viz.explorer.pattern import draw_pattern, draw_scale
from lmlab.viz.explorer.snapshot import finish


def still(
    before: AttentionMaps,
    after: AttentionMaps,
    selected: Selection,
    names: Sequence[str],
    most: Sequence[tuple[float, str]],
    title: str,
) -> bytes:
    """A PNG: the selected head in both and its difference, and the heads that differ `most`.

    `most` holds shares of the attention and names of heads. Same input, same bytes.
    """
    with plt.rc_context(theme.style()):
        figure = Figure(figsize=(9.5, 8.6), layout="constrained")
        (first, second), (gap, bars) = figure.subplots(2, 2)
        for ax, maps, name in zip((first, second), (before, after), names, strict=True):
            _draw(ax, maps, selected)
            ax.set_title(theme.drawable(name, 30))
        draw_scale(second)
        _draw_difference(gap, before, after, selected)
        _draw_most(bars, most)
        return finish(figure, title)


def _draw(ax: Axes, maps: AttentionMaps, selected: Selection) -> None:
    weights = maps.pattern(selected.layer, selected.head)
    draw_pattern(ax, weights, maps.keys, maps.queries, hide_future=maps.causal)


def _draw_difference(
    ax: Axes, before: AttentionMaps, after: AttentionMaps, selected: Selection
) -> None:
    _draw(ax, after, selected)  # for the names on its sides
    first, second = (maps.pattern(selected.layer, selected.head) for maps in (before, after))
    colours = signed_colours(second - first)
    image = ax.images[-1]
    image.set(data=second - first, cmap=colours["colours"], norm=colours["norm"])
    bar = ax.figure.colorbar(image, ax=ax, label="difference of weights", shrink=0.7)
    bar.outline.set_visible(False)
    ax.set_title("difference")


def _draw_most(ax: Axes, most: Sequence[tuple[float, str]]) -> None:
    shares, names = zip(*most, strict=True)
    places = np.arange(len(most))
    ax.barh(places, [100 * share for share in shares], color=theme.BLUE, height=0.6)
    ax.set_yticks(places, names)
    ax.set(xlim=(0, 100), xlabel="% of the attention that differs", title="where they differ most")
    ax.invert_yaxis()
    ax.tick_params(axis="y", length=0, labelcolor=theme.INK)
