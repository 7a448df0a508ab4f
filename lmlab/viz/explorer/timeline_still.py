"""A head in training as a still picture, for places where no script runs."""

from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from lmlab.viz import theme
from lmlab.viz.explorer.maps import AttentionMaps, Moment
from lmlab.viz.explorer.snapshot import finish
from lmlab.viz.labels import name_ends
from lmlab.viz.lines import COLOURS

_MOST_PATTERNS = 6
_COLOURS = dict(
    zip(("previous", "induction", "duplicate", "next", "self", "first"), COLOURS, strict=True)
)


def still(
    film: Sequence[AttentionMaps],
    scores: Mapping[str, Sequence[float]],
    steps: Sequence[int],
    losses: Sequence[float] | None,
    selected: Moment,
    title: str,
) -> bytes:
    """A PNG: the scores of the selected head as curves, the loss, and some of its patterns.

    Same input, same bytes.
    """
    shown = np.unique(np.linspace(0, len(steps) - 1, _MOST_PATTERNS).round().astype(int)).tolist()
    with plt.rc_context(theme.style()):
        figure = Figure(figsize=(10, 7 if losses else 5.5), layout="constrained")
        curves, row = figure.subfigures(2, 1, height_ratios=[2.4 if losses else 1.8, 1])
        shares = [2.4, 1] if losses else [1]
        panels = curves.subplots(len(shares), 1, sharex=True, squeeze=False, height_ratios=shares)
        panels = panels[:, 0]
        lines = {name: [100 * value for value in values] for name, values in scores.items()}
        _draw_lines(panels[0], lines, _COLOURS, "% of attention")
        if losses:
            _draw_lines(panels[1], {"loss": losses}, {"loss": theme.INK}, "loss")
        _name_steps(panels[-1], steps)
        panels[0].set_title(f"layer {selected.layer}, head {selected.head}")
        for ax, at in zip(row.subplots(1, len(shown), squeeze=False)[0], shown, strict=True):
            _draw_small(ax, film[at], selected, f"step {steps[at]}")
        return finish(figure, title)


def _draw_lines(
    ax: Axes, lines: Mapping[str, Sequence[float]], colours: Mapping[str, str], unit: str
) -> None:
    for name, values in lines.items():
        ax.plot(values, color=colours[name], lw=1.6, marker="o", ms=3)
    ax.set_ylabel(unit)
    name_ends(ax, [(values[-1], name, colours[name]) for name, values in lines.items()])


def _name_steps(ax: Axes, steps: Sequence[int]) -> None:
    every = -(-len(steps) // 12)
    ax.set_xticks(range(0, len(steps), every), steps[::every])
    ax.set_xlabel("training step of the checkpoint")


def _draw_small(ax: Axes, maps: AttentionMaps, selected: Moment, name: str) -> None:
    weights = maps.pattern(selected.layer, selected.head)
    if maps.causal:
        n_query, n_key = weights.shape
        weights = np.where(np.tri(n_query, n_key, n_key - n_query, dtype=bool), weights, np.nan)
    ax.imshow(weights, cmap=theme.MAGNITUDE, norm=theme.weight_scale(), interpolation="nearest")
    ax.set(xticks=[], yticks=[])
    ax.set_title(name, fontsize=9)
    ax.spines[:].set_visible(False)
