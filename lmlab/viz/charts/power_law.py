"""A power law through a few measurements, with what else they could have meant."""

from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import LogLocator, NullFormatter

from lmlab.scaling import PowerLaw
from lmlab.viz import theme
from lmlab.viz.labels import Label, Number, Spot, name_ends, place_labels


def power_law(
    points: Sequence[Spot],
    law: PowerLaw,
    *,
    unseen: Mapping[str, Spot] | None = None,
    xlabel: str = "parameters",
    ylabel: str = "loss (nats a token)",
    until: Number | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw the points (size, loss), the fitted law and its 95 % band, on from the last point.

    `unseen` are named points that the fit did not see, in orange; `until` is the largest size that
    is drawn, ten times the last by default. The line is dashed where nothing was measured, and a
    dotted one shows the floor. The horizontal axis is logarithmic. Draws on `ax`, or on a new
    figure, and returns the axes. Built in chapter 8.1.
    """
    if not points or min(points)[0] <= 0:
        raise ValueError(f"points={list(points)}: give (size, loss), each size above 0.")
    unseen = dict(unseen or {})
    sizes = [x for x, _ in points]
    last = 10 * max(sizes + [x for x, _ in unseen.values()]) if until is None else until
    ax = theme.new_axes(7.6, 4.2) if ax is None else ax
    with plt.rc_context(theme.style()):
        _draw_law(ax, law, min(sizes), max(sizes), last)
        ax.plot(*zip(*points, strict=True), "o", color=theme.BLUE, markersize=6)
        for spot in unseen.values():
            ax.plot(*spot, "D", color=theme.ORANGE, markersize=6)
        ax.set(xscale="log", xlabel=f"{xlabel} (log scale)", ylabel=ylabel)
        ax.set_xlim(right=last)
        ax.grid(axis="y", color=theme.FAINT, alpha=0.2)
        _name(ax, law, last, unseen, [*points, *unseen.values()])
    return ax


def _draw_law(ax: Axes, law: PowerLaw, first: Number, seen: Number, last: Number) -> None:
    within, beyond = np.geomspace(first, seen, 60), np.geomspace(seen, last, 60)
    everywhere = np.concatenate([within, beyond])
    low, high = zip(*(law.band(float(x)) for x in everywhere), strict=True)
    ax.fill_between(everywhere, low, high, color=theme.BLUE, alpha=0.15, lw=0)
    ax.plot(within, [law(float(x)) for x in within], color=theme.BLUE, lw=1.8)
    ax.plot(beyond, [law(float(x)) for x in beyond], color=theme.BLUE, lw=1.8, ls=(0, (4, 3)))
    ax.axhline(law.floor, color=theme.FAINT, lw=1, ls=":")


def _name(ax: Axes, law: PowerLaw, last: Number, unseen: Mapping[str, Spot], marks) -> None:
    ax.xaxis.set_major_locator(LogLocator())
    ax.xaxis.set_major_formatter(
        lambda size, _: f"{size:.0e}".replace("e+0", "e").replace("e+", "e")
    )
    ax.xaxis.set_minor_formatter(NullFormatter())
    ax.annotate(
        f"floor {law.floor:.3g}", (0, law.floor), xycoords=("axes fraction", "data"),
        xytext=(4, 3), textcoords="offset points", fontsize=8, color=theme.FAINT,
    )  # fmt: skip
    name_ends(ax, [(law(last), f"{law(last):.3g}", theme.BLUE)])
    place_labels(ax, [Label(*spot, name, theme.ORANGE) for name, spot in unseen.items()], marks)
