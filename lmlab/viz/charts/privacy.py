"""What a model gives away: membership as a curve, secrets by their copies, and the price."""

from collections.abc import Mapping, Sequence
from statistics import mean, stdev

import matplotlib.pyplot as plt
from matplotlib.axes import Axes
from matplotlib.ticker import FixedFormatter, FixedLocator, NullLocator

from lmlab.viz import theme
from lmlab.viz.labels import Label, Number, Spot, place_labels
from lmlab.viz.lines import COLOURS

CHANCE_BITS = 1.44
"""log2 e: the mean exposure of a secret that was never seen."""


def roc_curves(curves: Mapping[str, Sequence[Spot]], *, ax: Axes | None = None) -> Axes:
    """Draw curves of (false positives, true positives), both axes logarithmic; guessing is dashed.

    The left end tells whether anybody is found for certain. Shares of 0 are left out: they have no
    logarithm. Draws on `ax`, or on a new figure, and returns the axes. Source: Carlini et al. 2022
    (arXiv 2112.03570). Built in chapter 8.2.
    """
    if not 0 < len(curves) <= len(COLOURS):
        raise ValueError(f"{len(curves)} curves were given; 1 to {len(COLOURS)} can be told apart.")
    ax = theme.new_axes(5.4, 4.4) if ax is None else ax
    drawn = {name: [spot for spot in curve if min(spot) > 0] for name, curve in curves.items()}
    least = min((min(spot) for curve in drawn.values() for spot in curve), default=1e-3)
    with plt.rc_context(theme.style()):
        ax.plot([least, 1], [least, 1], color=theme.FAINT, lw=1, ls=(0, (4, 3)))
        places = range(len(drawn))
        for place, (name, curve), colour in zip(places, drawn.items(), COLOURS, strict=False):
            if curve:
                ax.plot(*zip(*curve, strict=True), color=colour, lw=1.8)
            ax.text(
                0.98, 0.04 + 0.07 * (len(drawn) - 1 - place), theme.drawable(name, 44),
                color=colour, fontsize=9, ha="right", transform=ax.transAxes,
            )  # fmt: skip
        ax.set(xscale="log", yscale="log", xlim=(least, 1), ylim=(least, 1.1))
        ax.set_xlabel("called members, of those that are none (log scale)")
        ax.set_ylabel("called members, of the members (log scale)")
        ax.annotate(
            "guessing", (0.6, 0.6), xytext=(4, -14), textcoords="offset points", fontsize=8.5,
            color=theme.FAINT, ha="center",
        )  # fmt: skip
    return ax


def exposure_by_copies(
    series: Mapping[str, Mapping[int, Sequence[Number]]], most: Number, *, ax: Axes | None = None
) -> Axes:
    """Draw the exposure of secrets, in bits, against how often they stand in the text.

    A point for each secret, a line through the means; above `most` bits there is nothing. Draws on
    `ax`, or on a new figure, and returns the axes. Built in chapter 8.2.
    """
    if not 0 < len(series) <= len(COLOURS):
        raise ValueError(f"{len(series)} series were given; 1 to {len(COLOURS)} can be told apart.")
    ax = theme.new_axes(7.2, 4.0) if ax is None else ax
    copies = sorted({n for bits in series.values() for n in bits})
    with plt.rc_context(theme.style()):
        ax.axhline(CHANCE_BITS, color=theme.FAINT, lw=1, ls=(0, (4, 3)))
        ax.axhline(most, color=theme.FAINT, lw=1, ls=":")
        for place, (name, bits) in enumerate(series.items()):
            _draw_series(ax, bits, copies, COLOURS[place], 0.09 * (place - (len(series) - 1) / 2))
            ax.text(
                0.02, 0.8 - 0.07 * place, theme.drawable(name, 44), color=COLOURS[place],
                fontsize=9, transform=ax.transAxes,
            )  # fmt: skip
        for height, said in ((CHANCE_BITS, "never seen"), (most, "found at the first guess")):
            ax.annotate(
                said, (1, height), xycoords=("axes fraction", "data"), xytext=(-2, 3),
                textcoords="offset points", fontsize=8, color=theme.FAINT, ha="right",
            )  # fmt: skip
        ax.set_xticks(range(len(copies)), [str(n) for n in copies])
        ax.set(ylim=(-0.4, 1.12 * most), xlabel="how often the secret stands in the text")
        ax.set_ylabel("exposure (bits)")
    return ax


def _draw_series(
    ax: Axes, bits: Mapping[int, Sequence[Number]], copies: Sequence[int], colour: str, shift: float
) -> None:
    for place, n in enumerate(copies):
        values = bits.get(n, ())
        ax.plot([place + shift] * len(values), values, "o", color=colour, alpha=0.3, markersize=4)
    known = [(place + shift, mean(bits[n])) for place, n in enumerate(copies) if bits.get(n)]
    ax.plot(*zip(*known, strict=True), "o-", color=colour, lw=1.8, markersize=6)


def privacy_curve(
    runs: Sequence[Mapping[str, object]],
    *,
    levels: Mapping[str, Number],
    alone: Sequence[Mapping[str, object]] = (),
    copies: Sequence[int] = (1, 4, 16),
) -> Sequence[Axes]:
    """Two panels over ε: the loss on held-out text, and the mean exposure of secrets by copies.

    `runs` and `alone` have epsilon, loss, exposures, as `averaged` gives them; `alone` are named
    points, such as a run made just now. `levels` are losses without an ε, as lines with names.
    Returns both axes. Built in chapter 8.2.
    """
    runs = sorted((run for run in runs if run["epsilon"] is not None), key=lambda r: r["epsilon"])
    if not runs:
        raise ValueError("no run has an epsilon: there is no curve to draw.")
    with plt.rc_context(theme.style()):
        _, (left, right) = plt.subplots(1, 2, figsize=(9.2, 3.9), layout="constrained")
        epsilons = [run["epsilon"] for run in runs]
        left.plot(epsilons, [run["loss"] for run in runs], "o-", color=theme.BLUE, lw=1.8)
        for name, loss in levels.items():
            left.axhline(loss, color=theme.FAINT, lw=1, ls=(0, (4, 3)))
            left.annotate(
                name, (1, loss), xycoords=("axes fraction", "data"), xytext=(-2, 3),
                textcoords="offset points", ha="right", fontsize=8.5, color=theme.FAINT,
            )  # fmt: skip
        for n, colour in zip(copies, COLOURS, strict=False):
            means = [mean(run["exposures"][n]) for run in runs]
            spread = [_spread(run["exposures"][n]) for run in runs]
            right.errorbar(
                epsilons, means, spread, fmt="o-", color=colour, lw=1.5, capsize=2, alpha=0.9
            )
            right.text(
                0.03, 0.93 - 0.07 * list(copies).index(n), f"{n} cop{'y' if n == 1 else 'ies'}",
                color=colour, fontsize=9, transform=right.transAxes,
            )  # fmt: skip
        for run in alone:
            left.plot(run["epsilon"], run["loss"], "*", color=theme.ORANGE, markersize=15)
        right.axhline(CHANCE_BITS, color=theme.FAINT, lw=1, ls=(0, (4, 3)))
        right.set(ylim=(0, 13.8), ylabel="exposure (bits), mean and standard error")
        left.set(ylabel="loss on held-out notes (nats a token)")
        for ax in (left, right):
            _epsilon_axis(ax, epsilons)
        stars = [Label(run["epsilon"], run["loss"], run["name"], theme.ORANGE) for run in alone]
        place_labels(left, stars, [(run["epsilon"], run["loss"]) for run in runs])
    return left, right


def _spread(values: Sequence[Number]) -> float:
    """The standard error of the mean."""
    return stdev(values) / len(values) ** 0.5 if len(values) > 1 else 0.0


def _epsilon_axis(ax: Axes, epsilons: Sequence[Number]) -> None:
    ax.set(xscale="log", xlabel="ε (log scale): less is more private")
    ax.xaxis.set_major_locator(FixedLocator(epsilons))
    ax.xaxis.set_major_formatter(FixedFormatter([f"{epsilon:.2g}" for epsilon in epsilons]))
    ax.xaxis.set_minor_locator(NullLocator())
