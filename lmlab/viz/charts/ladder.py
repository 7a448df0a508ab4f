"""How good each kind of language model becomes for what it is given: time, compute or text."""

from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
from matplotlib.axes import Axes
from matplotlib.ticker import LogLocator, NullFormatter

from lmlab.viz import theme
from lmlab.viz.labels import Number, Spot, name_ends

_AXIS = {
    "seconds": "training time (s, log scale)",
    "flops": "training compute (FLOPs, log scale)",
    "characters": "characters of training text (log scale)",
}
# Okabe & Ito's colours, which survive the common forms of colour blindness; a marker says it again.
_LOOKS = (
    (theme.FAINT, "v"),
    ("#56b4e9", "s"),
    ("#009e73", "D"),
    ("#cc79a7", "^"),
    (theme.BLUE, "P"),
    (theme.ORANGE, "o"),
    (theme.INK, "X"),
)


def bits_against_compute(
    curves: Mapping[str, Sequence[Spot]],
    levels: Mapping[str, Number] | None = None,
    *,
    x: str = "seconds",
    ax: Axes | None = None,
) -> Axes:
    """Draw one line for each model: bits per character against what it was given.

    `curves` maps a name to points (amount, bits per character), each amount above 0; `levels` maps
    names to scores that cost no training, drawn as dashed lines. `x` is "seconds", "flops" or
    "characters". Each line is named at its end. Draws on `ax`, or on a new figure, and returns the
    axes. Built in chapter 2.1.
    """
    if x not in _AXIS:
        raise ValueError(f"x={x!r} is none of {', '.join(_AXIS)}.")
    if not any(curves.values()):
        raise ValueError("there is no curve to draw: give at least one point (amount, bits).")
    if len(curves) > len(_LOOKS):
        raise ValueError(f"{len(curves)} curves are too many to tell apart; {len(_LOOKS)} fit.")
    ax = theme.new_axes(8.2, 4.6) if ax is None else ax
    with plt.rc_context(theme.style()):
        last = max(amount for points in curves.values() for amount, _ in points)
        ends = [
            _curve(ax, name, sorted(points), last, *look)
            for (name, points), look in zip(curves.items(), _LOOKS, strict=False)
        ]
        ax.set_xscale("log")
        ax.xaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
        ax.xaxis.set_major_formatter(lambda amount, _: _amount(amount))
        ax.xaxis.set_minor_formatter(NullFormatter())
        ax.set(xlabel=_AXIS[x], ylabel="bits per character, held-out text")
        for name, level in (levels or {}).items():
            _level(ax, name, level)
        name_ends(ax, ends)
        ax.grid(axis="y", color=theme.FAINT, alpha=0.2)
    return ax


def perplexities(
    ours: Mapping[str, Number], published: Mapping[str, Number], *, ax: Axes | None = None
) -> Axes:
    """Draw perplexities per word as dots, the best at the bottom: ours in blue, others' in orange.

    Each dot carries its name and number. Draws on `ax`, or on a new figure, and returns the axes.
    Raises ValueError when there is none, or one is below 1. Built in chapter 2.1.
    """
    rows = [(value, name, theme.BLUE, "o") for name, value in ours.items()]
    rows += [(value, name, theme.ORANGE, "D") for name, value in published.items()]
    if not rows or min(rows)[0] < 1:
        raise ValueError(f"ours={dict(ours)}, published={dict(published)}; give numbers from 1 on.")
    ax = theme.new_axes(8.2, 0.28 * len(rows) + 1.2) if ax is None else ax
    with plt.rc_context(theme.style()):
        for place, (value, name, colour, marker) in enumerate(sorted(rows)):
            ax.plot(value, place, marker, color=colour, markersize=7)
            ax.annotate(
                f"{name} {value:.0f}", (value, place), xytext=(8, 0), va="center",
                textcoords="offset points", color=colour, fontsize=9,
            )  # fmt: skip
        ax.set(xscale="log", yticks=(), xlabel="perplexity per word (log scale)")
        ax.set_xlim(min(rows)[0] / 1.3, max(rows)[0] * 6)  # room for the names on the right
        ax.xaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
        ax.xaxis.set_major_formatter(lambda value, _: f"{value:,.0f}")
        ax.xaxis.set_minor_formatter(NullFormatter())
        ax.spines["left"].set_visible(False)
        ax.grid(axis="x", color=theme.FAINT, alpha=0.2)
    return ax


def _curve(ax: Axes, name: str, points: Sequence[Spot], last: Number, colour: str, marker: str):
    """Draw one line; a dotted one goes on where the model needs no more."""
    amounts, bits = zip(*points, strict=True)
    ax.plot(amounts, bits, color=colour, marker=marker, markersize=5, lw=1.8)
    if amounts[-1] < last:
        ax.hlines(bits[-1], amounts[-1], last, color=colour, lw=1, ls=":")
    return bits[-1], f"{name} {bits[-1]:.2f}", colour


def _amount(value: Number) -> str:
    """2000000 as "2e6", 20 as "20"."""
    return f"{value:.0e}".replace("e+", "e") if value >= 1e5 else f"{value:g}"


def _level(ax: Axes, name: str, level: Number) -> None:
    ax.axhline(level, color=theme.FAINT, lw=1, ls=(0, (4, 3)))
    ax.annotate(
        f"{name} {level:.2f}", (0, level), xycoords=("axes fraction", "data"), xytext=(4, 2),
        textcoords="offset points", fontsize=8, color=theme.FAINT,
    )  # fmt: skip
