"""Landmark models on a map: how large, from how much text, at what cost, and when.

Each function draws on `ax`, or on a new figure, and returns the axes. Built in chapter 01.
"""

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

import matplotlib.pyplot as plt
from matplotlib.axes import Axes
from matplotlib.ticker import FixedLocator, FuncFormatter, MaxNLocator, NullLocator

from lmlab.scaling import Landmark, doubling_time
from lmlab.viz import theme
from lmlab.viz.labels import Label, Number, Spot, place_labels

# Where not every name has room, these choose first.
FAMOUS = (
    "GPT-3", "GPT", "BERT-large", "GPT-2", "Chinchilla", "Llama 3.1 405B", "PaLM", "DeepSeek-V3",
    "T5-11B", "LLaMA 7B", "Switch-C", "Web n-grams", "Kimi K2", "ELMo", "Big LSTM", "SmolLM2-135M",
    "LSTM mixture of experts", "Gopher", "LLaMA 65B", "RoBERTa-large", "MT-NLG", "Qwen2.5-72B",
    "Transformer (big)", "Seq2seq LSTM", "Turing-NLG", "Megatron-LM", "Qwen3-235B-A22B", "PanGu-α",
)  # fmt: skip


Point = tuple[Landmark, Number, Number]  # a model, and where it is drawn


class Family(NamedTuple):
    """Kinds of model that share a mark."""

    name: str
    kinds: tuple[str, ...]
    marker: str
    colour: str


FAMILIES = (
    Family("n-gram (counts)", ("n-gram",), "D", theme.FAINT),
    Family("recurrent or feed-forward", ("RNN", "feed-forward"), "^", theme.INK),
    Family("Transformer", ("encoder", "decoder", "encoder-decoder"), "o", theme.BLUE),
    Family("mixture of experts", ("MoE",), "s", theme.ORANGE),
)


def size_by_date(models: Sequence[Landmark], ax: Axes | None = None) -> Axes:
    """Parameters (log scale) against date; a mixture of experts counts all its experts."""
    points = [(m, m.year, m.parameters) for m in models if m.parameters]
    ax = theme.new_axes(8.6, 5.2) if ax is None else ax
    with plt.rc_context(theme.style()):
        _dates(ax, [year for _, year, _ in points])
        _big_numbers(ax, "y", [size for *_, size in points], "parameters")
        _draw(ax, points)
    return ax


def largest_by_date(
    dense: Sequence[Landmark],
    every: Sequence[Landmark],
    ax: Axes | None = None,
    *,
    until: Number,
) -> Axes:
    """Two staircases, each step a model larger than all before it: `dense` and `every` model.

    Both are the records alone, oldest first (`lmlab.scaling.records`); `until` is the year in
    which the lines end.
    """
    ax = theme.new_axes(8.4, 4.6) if ax is None else ax
    with plt.rc_context(theme.style()):
        _dates(ax, [m.year for m in (*dense, *every)] + [until])
        _big_numbers(ax, "y", [m.parameters for m in (*dense, *every)], "parameters")
        clear = _steps(ax, every, until, theme.ORANGE, "mixtures of experts counted")
        clear += _steps(ax, dense, until, theme.BLUE, "dense models alone")
        colours = {m.name: theme.ORANGE for m in every} | {m.name: theme.BLUE for m in dense}
        models = {m.name: m for m in (*dense, *every)}.values()
        labels = [Label(m.year, m.parameters, m.name, colours[m.name]) for m in models]
        place_labels(ax, labels, clear)
    return ax


def tokens_against_parameters(
    models: Sequence[Landmark], ax: Axes | None = None, *, tokens_per_parameter: Number = 20
) -> Axes:
    """Training tokens against the parameters that a token meets, both on log scales.

    The line is the rule of Hoffmann et al. 2022: about 20 tokens for each parameter.
    """
    points = [(m, m.parameters_met, m.tokens) for m in trained(models)]
    ax = theme.new_axes(8.6, 5.2) if ax is None else ax
    with plt.rc_context(theme.style()):
        map_axes(ax, [size for _, size, _ in points], [tokens for *_, tokens in points])
        _draw(ax, points, clear=_rule(ax, tokens_per_parameter))
    return ax


def compute_by_date(
    models: Sequence[Landmark], ax: Axes | None = None, *, frontier: Sequence[Landmark] = ()
) -> Axes:
    """Training FLOPs (log scale) against date: full marks as published, hollow ones from 6ND.

    Through `frontier`, two models or more, goes a line that says in how many months they double.
    """
    points = [(m, m.year, m.flops) for m in models if m.flops]
    ax = theme.new_axes(8.6, 5.2) if ax is None else ax
    with plt.rc_context(theme.style()):
        _dates(ax, [year for _, year, _ in points])
        _big_numbers(ax, "y", [flops for *_, flops in points], "training compute (FLOPs)")
        line = _trend(ax, frontier) if frontier else []
        _draw(ax, points, {m.name for m, *_ in points if m.flops_are == "6ND"}, line)
        ax.get_legend().set_title("full: published, hollow: 6ND", prop={"size": 8})
        ax.get_legend().set_alignment("left")
    return ax


def trained(models: Sequence[Landmark]) -> list[Landmark]:
    """Those trained (not counted) whose tokens, and parameters met by a token, are known."""
    return [m for m in models if m.parameters_met and m.tokens and m.kind != "n-gram"]


def map_axes(ax: Axes, sizes: Sequence[Number], tokens: Sequence[Number]) -> None:
    """Two log axes wide enough for these parameters and training tokens."""
    _big_numbers(ax, "x", sizes, "parameters that a token meets")
    _big_numbers(ax, "y", tokens, "training tokens")


def big_number(value: Number) -> str:
    """1.5e9 as "1.5B"; from a thousand trillion on, as a power of ten."""
    for size, letter in ((1e15, None), (1e12, "T"), (1e9, "B"), (1e6, "M"), (1e3, "k")):
        if value >= size * 0.9995:
            return (
                f"{value:.2g}".replace("e+", "e")
                if letter is None
                else f"{value / size:.3g}{letter}"
            )
    return f"{value:.3g}"


def _draw(
    ax: Axes, points: Sequence[Point], hollow=frozenset(), clear: Sequence[Spot] = ()
) -> None:
    """The marks, a key that names the families, and the names where they keep off `clear`."""
    for family in FAMILIES:
        mine = [point for point in points if point[0].kind in family.kinds]
        for full in (True, False):
            chosen = [(x, y) for m, x, y in mine if (m.name not in hollow) == full]
            if chosen:
                ax.scatter(
                    *zip(*chosen, strict=True), s=34, marker=family.marker, linewidth=1.3,
                    edgecolor=family.colour, facecolor=family.colour if full else theme.CARD,
                    zorder=3, label=family.name if full or len(chosen) == len(mine) else None,
                )  # fmt: skip
    ax.legend(loc="upper left", frameon=False, fontsize=8, labelcolor=theme.INK)
    rank = {name: place for place, name in enumerate(FAMOUS)}
    colours = {kind: family.colour for family in FAMILIES for kind in family.kinds}
    ordered = sorted(points, key=lambda point: rank.get(point[0].name, len(rank)))
    labels = [Label(x, y, m.name, colours[m.kind]) for m, x, y in ordered]
    place_labels(ax, labels, [(x, y) for _, x, y in points] + list(clear))


def _steps(
    ax: Axes, records: Sequence[Landmark], until: Number, colour: str, name: str
) -> list[Spot]:
    """Draw a staircase; return spots along it."""
    years = [m.year for m in records] + [until]
    sizes = [m.parameters for m in records] + [records[-1].parameters]
    ax.step(years, sizes, where="post", color=colour, lw=2)
    ax.plot(years[:-1], sizes[:-1], "o", color=colour, markersize=5)
    ax.annotate(
        name, (until, sizes[-1]), xytext=(0, 5), textcoords="offset points", ha="right",
        color=colour, fontsize=9,
    )  # fmt: skip
    corners = [(year, sizes[i]) for i in range(len(records)) for year in years[i : i + 2]]
    return _along(corners)


def _rule(ax: Axes, tokens_per_parameter: Number) -> list[Spot]:
    """Draw tokens = ratio · parameters from edge to edge; return spots along it."""
    low, high = ax.get_xlim()
    ends = [(low, low * tokens_per_parameter), (high, high * tokens_per_parameter)]
    ax.plot(*zip(*ends, strict=True), "--", color=theme.FAINT, lw=1.2, zorder=1, scaley=False)
    ax.set_xlim(low, high)
    bottom = ax.get_ylim()[0]
    ax.annotate(
        f"{tokens_per_parameter:g} tokens a parameter", (bottom / tokens_per_parameter, bottom),
        xytext=(32, 10), textcoords="offset points", fontsize=9, color=theme.FAINT,
    )  # fmt: skip
    sizes = [low * (high / low) ** (step / 80) for step in range(81)]
    return [(size, size * tokens_per_parameter) for size in sizes]


def _trend(ax: Axes, frontier: Sequence[Landmark]) -> list[Spot]:
    """Draw the line of least squares through log(FLOPs); return spots along it."""
    years = [m.year for m in frontier]
    doubling = doubling_time(years, [m.flops for m in frontier])
    middle = sum(years) / len(years)
    height = sum(math.log2(m.flops) for m in frontier) / len(frontier)
    ends = [(year, 2 ** (height + (year - middle) / doubling)) for year in (years[0], years[-1])]
    ax.plot(*zip(*ends, strict=True), "--", color=theme.FAINT, lw=1.2, zorder=1)
    ax.annotate(
        f"record holders double\nevery {12 * doubling:.1f} months", ends[1], xytext=(-40, 0),
        textcoords="offset points", ha="right", va="top", fontsize=9, color=theme.FAINT,
    )  # fmt: skip
    return _along(ends)


def _along(corners: Sequence[Spot], steps: int = 40) -> list[Spot]:
    """Spots on the straight lines between corners, evenly spaced where y is a log scale."""
    spots = []
    for (x0, y0), (x1, y1) in pairwise(corners):
        for step in range(steps + 1):
            share = step / steps
            spots.append((x0 + share * (x1 - x0), y0 ** (1 - share) * y1**share))
    return spots


def _dates(ax: Axes, years: Sequence[Number]) -> None:
    ax.set_xlim(min(years) - 0.6, max(years) + 0.9)
    ax.set_xlabel("date of first paper or announcement")
    ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    ax.xaxis.set_major_formatter(FuncFormatter(lambda year, _: f"{year:.0f}"))
    ax.grid(axis="y", color=theme.FAINT, alpha=0.2)


def _big_numbers(ax: Axes, axis: str, values: Sequence[Number], name: str) -> None:
    """A log axis with a tick at each power of ten, or at each hundred where these are many."""
    limits = min(values) / 2.5, max(values) * 4
    low, high = (math.ceil(math.log10(limit)) for limit in limits)
    ticks = [10.0**power for power in range(low, high, 1 if high - low < 8 else 2)]
    getattr(ax, f"set_{axis}scale")("log")
    getattr(ax, f"set_{axis}lim")(limits)
    getattr(ax, f"set_{axis}label")(f"{name}, log scale")
    where = getattr(ax, f"{axis}axis")
    where.set_major_locator(FixedLocator(ticks))
    where.set_minor_locator(NullLocator())
    where.set_major_formatter(FuncFormatter(lambda value, _: big_number(value)))
