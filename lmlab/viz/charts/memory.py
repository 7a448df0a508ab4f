"""What fills a device's memory in training, beside what it has."""

from collections.abc import Mapping

import matplotlib.pyplot as plt
from matplotlib.axes import Axes
from matplotlib.transforms import offset_copy

from lmlab.viz import theme
from lmlab.viz.labels import Number

_PARTS = {  # name: (as written, colour)
    "weights": ("weights", theme.BLUE),
    "gradients": ("gradients", "#56b4e9"),
    "optimizer": ("optimiser", "#009e73"),
    "activations": ("activations", theme.ORANGE),
    "working": ("working", "#cc79a7"),
}


def memory_bars(
    rows: Mapping[str, Mapping[str, Number]],
    capacity: Number | None = None,
    *,
    unit: str = "GB",
    ax: Axes | None = None,
) -> Axes:
    """Draw one bar for each name, made of its parts; a line shows the memory that there is.

    Each of `rows` maps "weights", "gradients", "optimizer", "activations" and "working" to bytes,
    as `lmlab.scaling.Memory.parts` does; `capacity` is in bytes too. A bar that ends beyond it has
    its total in orange. `unit` is GB or MB. Draws on `ax`, or on a new figure, and returns the
    axes. Built in chapter 8.1.
    """
    if not rows:
        raise ValueError("there is no bar to draw; give the parts of at least one.")
    unknown = {part for parts in rows.values() for part in parts} - _PARTS.keys()
    if unknown:
        raise ValueError(f"{', '.join(sorted(unknown))}: the parts are {', '.join(_PARTS)}.")
    one = {"GB": 1e9, "MB": 1e6}[unit]
    ax = theme.new_axes(8.2, 0.42 * len(rows) + 1.3) if ax is None else ax
    with plt.rc_context(theme.style()):
        for place, parts in enumerate(rows.values()):
            total = sum(parts.values())
            _bar(ax, place, parts, one)
            _say_total(ax, place, total / one, unit, fits=capacity is None or total <= capacity)
        ax.set_yticks(range(len(rows)), list(rows))
        ax.set(ylim=(len(rows) - 0.4, -0.6), xlabel=f"memory of one device ({unit})")
        if capacity is not None:
            _mark_capacity(ax, capacity / one, unit)
        ax.set_xlim(0, 1.14 * max(ax.get_xlim()[1], (capacity or 0) / one))
        ax.tick_params(axis="y", length=0, labelcolor=theme.INK)
        ax.spines["left"].set_visible(False)
        ax.legend(
            loc="lower left", bbox_to_anchor=(0, 1.0), ncols=len(_PARTS), frameon=False, fontsize=8,
            handlelength=1,
        )  # fmt: skip
    return ax


def _bar(ax: Axes, place: int, parts: Mapping[str, Number], one: float) -> None:
    """The parts of one bar, side by side; the first bar brings the legend."""
    left = 0.0
    for part, (written, colour) in _PARTS.items():
        width = parts.get(part, 0) / one
        label = written if place == 0 else None
        ax.barh(place, width, left=left, height=0.62, color=colour, alpha=0.8, label=label)
        left += width


def _say_total(ax: Axes, place: int, total: float, unit: str, fits: bool) -> None:
    beside = offset_copy(ax.transData, ax.figure, 4, 0, "points")
    ax.text(
        total, place, f"{total:,.3g} {unit}", transform=beside, va="center", fontsize=8.5,
        color=theme.INK if fits else theme.ORANGE, weight="normal" if fits else "bold",
    )  # fmt: skip


def _mark_capacity(ax: Axes, capacity: float, unit: str) -> None:
    ax.axvline(capacity, color=theme.INK, lw=1.2, ls=(0, (4, 3)))
    ax.annotate(
        f"it has {capacity:,.3g} {unit}", (capacity, 0), xycoords=("data", "axes fraction"),
        xytext=(-4, 4), textcoords="offset points", fontsize=8, color=theme.FAINT, ha="right",
    )  # fmt: skip
