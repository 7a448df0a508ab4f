"""Published training runs beside what a plan says of them."""

from collections.abc import Mapping

import matplotlib.pyplot as plt
from matplotlib.axes import Axes
from matplotlib.ticker import FixedFormatter, FixedLocator, NullLocator

from lmlab.viz import theme
from lmlab.viz.labels import Number

_TICKS = (0.25, 0.5, 0.75, 1, 1.25, 1.5, 2, 4)


def run_ratios(ratios: Mapping[str, Number], *, ax: Axes | None = None) -> Axes:
    """Draw predicted over published days, a row for each run, on either side of 1.

    On the left, in blue, the run took longer than its plan says; on the right, in orange, it was
    faster. The axis is logarithmic: half and twice are as far from 1. Draws on `ax`, or on a new
    figure, and returns the axes. Built in chapter 8.1.
    """
    if not ratios or min(ratios.values()) <= 0:
        raise ValueError(f"ratios={dict(ratios)}: give at least one, each above 0.")
    ax = theme.new_axes(7.4, 0.34 * len(ratios) + 1.0) if ax is None else ax
    with plt.rc_context(theme.style()):
        for place, ratio in enumerate(ratios.values()):
            colour = theme.BLUE if ratio < 1 else theme.ORANGE
            ax.hlines(place, min(1, ratio), max(1, ratio), color=colour, lw=2.2, alpha=0.5)
            ax.plot(ratio, place, "o", color=colour, markersize=7)
            side = -1 if ratio < 1 else 1
            ax.annotate(
                f"{ratio:.2f}", (ratio, place), xytext=(9 * side, 0), textcoords="offset points",
                ha="right" if ratio < 1 else "left", va="center", fontsize=8.5, color=colour,
            )  # fmt: skip
        ax.axvline(1, color=theme.INK, lw=1)
        ax.set_yticks(range(len(ratios)), list(ratios))
        far = 1.25 * max(max(r, 1 / r) for r in ratios.values())
        ax.set(xscale="log", xlim=(1 / far, far), ylim=(len(ratios) - 0.4, -0.6))
        ticks = [tick for tick in _TICKS if 1 / far <= tick <= far]
        ax.xaxis.set_major_locator(FixedLocator(ticks))
        ax.xaxis.set_major_formatter(FixedFormatter([f"{tick:g}" for tick in ticks]))
        ax.xaxis.set_minor_locator(NullLocator())
        ax.set_xlabel("days by the plan / days as published (log scale)")
        ax.tick_params(axis="y", length=0, labelcolor=theme.INK)
        ax.spines["left"].set_visible(False)
        ax.grid(axis="x", color=theme.FAINT, alpha=0.2)
    return ax
