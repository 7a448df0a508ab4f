"""Why counting stops working: the longer the context, the more often it was never seen."""

from collections.abc import Callable, Mapping, Sequence

import matplotlib.pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from lmlab.viz import theme
from lmlab.viz.bars import Bar, draw_bars, tail, word
from lmlab.viz.figures import Picture, picture
from lmlab.viz.labels import Number
from lmlab.viz.live import show_live, slider
from lmlab.viz.tokens import show

Example = tuple[str, Mapping[str, int]]
"""A context of held-out text, and how often which token followed it in training."""

_FOLLOWERS = 4
_EXAMPLES = 3


def contexts_lab(
    contexts: Callable[[int], tuple[Number, Sequence[Example]]],
    sizes: Sequence[int] = range(1, 9),
    n: int = 3,
) -> None:
    """Show how much of held-out text an n-gram model has never met, with a slider for n.

    `contexts(n)` gives the share, 0 to 1, of held-out positions whose context of n - 1 tokens
    never came in training, and examples of contexts with what followed them there: no count, never
    seen. It is called once for each of `sizes`. Built in chapter 2.1.
    """
    found = {size: contexts(size) for size in sizes}
    shares = {size: share for size, (share, _) in found.items()}

    def draw(n: int) -> Picture:
        examples = found[n][1]
        return picture(contexts_curve(shares, n, examples), _alt(shares, n, examples))

    show_live(draw, {"n": slider("n", sizes, n)})


def contexts_curve(shares: Mapping[int, Number], n: int, examples: Sequence[Example]) -> Figure:
    """The share of contexts never seen against n, with `n` marked, and three examples beside it.

    Raises ValueError when `n` is not among the shares, or a share is not between 0 and 1. Built in
    chapter 2.1.
    """
    if n not in shares or not all(0 <= share <= 1 for share in shares.values()):
        raise ValueError(f"n={n}, shares={dict(shares)}; give shares from 0 to 1, one for that n.")
    with plt.rc_context(theme.style()):
        mosaic = [["curve", place] for place in range(_EXAMPLES)]
        figure, axes = plt.subplot_mosaic(
            mosaic, figsize=(8.6, 4.2), layout="constrained", width_ratios=(1.1, 1)
        )
        _curve(axes["curve"], shares, n)
        for place in range(_EXAMPLES):
            axes[place].set_visible(place < len(examples))
        for place, example in enumerate(examples[:_EXAMPLES]):
            _example(axes[place], *example)
    return figure


def _curve(ax: Axes, shares: Mapping[int, Number], n: int) -> None:
    sizes = sorted(shares)
    ax.plot(sizes, [shares[size] for size in sizes], "o-", color=theme.BLUE, lw=2, markersize=5)
    ax.plot(n, shares[n], "o", color=theme.ORANGE, markersize=11, zorder=3)
    for size in sizes:
        ax.annotate(
            _percent(shares[size]), (size, shares[size]), xytext=(-4, 8), ha="right",
            textcoords="offset points", fontsize=9, fontweight="bold" if size == n else "normal",
            color=theme.ORANGE if size == n else theme.INK,
        )  # fmt: skip
    ax.set(xticks=sizes, xlim=(sizes[0] - 0.7, sizes[-1] + 0.3))
    ax.set(ylim=(-0.03, 1.12), yticks=(0, 0.5, 1), yticklabels=("0%", "50%", "100%"))
    ax.set(xlabel="n: the token and the n - 1 before it")
    ax.set_title("held-out contexts never seen in training")


def _example(ax: Axes, context: str, followed: Mapping[str, int]) -> None:
    """What followed a context in training, as shares of its count."""
    total = sum(followed.values())
    bars = [Bar(f"{word(t)} {count:,}", count / total) for t, count in _most(followed)]
    draw_bars(ax, bars, _FOLLOWERS)
    seen = f"{total:,} time{'s'[: total > 1]} in training" if total else "never in training"
    ax.set_title(
        f"{tail(context, 30) if context else 'no context'} →  {seen}", fontsize=9,
        color=theme.INK if total else theme.ORANGE,
    )  # fmt: skip
    ax.set_xticks(())
    ax.spines["bottom"].set_visible(False)


def _percent(share: Number) -> str:
    return f"{share:.2%}" if 0 < share < 0.01 else f"{share:.0%}"


def _most(followed: Mapping[str, int]) -> list[tuple[str, int]]:
    return sorted(followed.items(), key=lambda item: -item[1])[:_FOLLOWERS]


def _alt(shares: Mapping[int, Number], n: int, examples: Sequence[Example]) -> str:
    curve = ", ".join(f"{_percent(share)} for n = {size}" for size, share in sorted(shares.items()))
    told = (
        f"“{show(context[-30:], 300)}”: "
        + (", ".join(f"{show(t)} {count}" for t, count in _most(followed)) or "never seen")
        for context, followed in examples[:_EXAMPLES]
    )
    return f"Held-out contexts never seen in training: {curve}. With n = {n}: {'; '.join(told)}."
