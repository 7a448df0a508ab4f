"""What something costs as the text grows: a power of the length is a straight line here."""

from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
from matplotlib.axes import Axes
from matplotlib.ticker import FixedFormatter, FixedLocator, LogLocator, NullFormatter, NullLocator

from lmlab.viz import theme
from lmlab.viz.labels import Number, Spot, name_ends

_LOOKS = (
    (theme.BLUE, "o"),
    (theme.ORANGE, "s"),
    ("#009e73", "D"),
    ("#cc79a7", "^"),
    (theme.INK, "X"),
)


def cost_curves(
    curves: Mapping[str, Sequence[Spot]],
    cost: str = "time (s)",
    *,
    length: str = "tokens in the text",
    ax: Axes | None = None,
) -> Axes:
    """Draw one line for each name, through points (length, cost), on logarithmic axes.

    A cost that grows like length^p is a line of slope p. `cost` and `length` name the axes, with
    their units. Each line is named at its end. Draws on `ax`, or on a new figure, and returns the
    axes. Built in chapter 2.2.
    """
    _check(curves)
    ax = theme.new_axes(7.6, 4.2) if ax is None else ax
    with plt.rc_context(theme.style()):
        ax.set(xscale="log", yscale="log", xlabel=f"{length} (log scale)")
        ax.set_ylabel(f"{cost}, log scale")
        ends = []
        for (name, points), (colour, marker) in zip(curves.items(), _LOOKS, strict=False):
            points = sorted(points)
            ax.plot(*zip(*points, strict=True), color=colour, marker=marker, markersize=5, lw=1.8)
            ends.append((points[-1][1], name, colour))
        _mark_lengths(ax, {x for points in curves.values() for x, _ in points})
        _mark_costs(ax)
        ax.grid(axis="y", color=theme.FAINT, alpha=0.2)
        name_ends(ax, ends)
    return ax


def _check(curves: Mapping[str, Sequence[Spot]]) -> None:
    if not curves or not all(curves.values()):
        raise ValueError("there is a curve without points; give (length, cost) for each.")
    if len(curves) > len(_LOOKS):
        raise ValueError(f"{len(curves)} curves are too many to tell apart; {len(_LOOKS)} fit.")
    if any(number <= 0 for points in curves.values() for point in points for number in point):
        raise ValueError("a logarithmic axis has no place for lengths or costs of 0 or less.")


def _mark_lengths(ax: Axes, lengths: set[Number]) -> None:
    """Ticks at the lengths that were measured, and nowhere else."""
    ticks = sorted(lengths)
    ax.xaxis.set_major_locator(FixedLocator(ticks))
    ax.xaxis.set_major_formatter(FixedFormatter([f"{tick:,}" for tick in ticks]))
    ax.xaxis.set_minor_locator(NullLocator())


def _mark_costs(ax: Axes) -> None:
    """Ticks at 1, 10, 100, …, and at 2 and 5 times these where there is room."""
    low, high = ax.get_ylim()
    ax.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5) if high / low < 100 else (1,)))
    ax.yaxis.set_major_formatter(lambda cost, _: f"{cost:,.10g}")
    ax.yaxis.set_minor_formatter(NullFormatter())
