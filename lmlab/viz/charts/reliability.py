"""Whether a model is right as often as it says: accuracy against confidence, bin by bin."""

from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
from matplotlib.axes import Axes

from lmlab.tasks.calibration import Bin
from lmlab.viz import theme

_COLOURS = (theme.BLUE, theme.ORANGE, theme.FAINT)


def reliability_diagram(series: Mapping[str, Sequence[Bin]], *, ax: Axes | None = None) -> Axes:
    """Draw accuracy against confidence for each series of `reliability` bins; best is the diagonal.

    The larger a mark, the more predictions it stands for. Below the diagonal a model is too sure.
    At most three series. Draws on `ax`, or on a new figure, and returns the axes. Source:
    Guo et al. 2017, figure 1 (arXiv 1706.04599). Built in chapter 6.5.
    """
    if not 0 < len(series) <= len(_COLOURS):
        raise ValueError(f"{len(series)} series were given; 1 to {len(_COLOURS)} can be drawn.")
    ax = theme.new_axes(4.6, 4.2) if ax is None else ax
    with plt.rc_context(theme.style()):
        ax.plot([0, 1], [0, 1], color=theme.FAINT, lw=1)
        ax.text(0.24, 0.29, "as sure as right", rotation=45, color=theme.FAINT, fontsize=8.5)
        for place, (name, bins) in enumerate(series.items()):
            _draw(ax, name, bins, _COLOURS[place], place)
        ax.set(xlim=(0, 1.02), ylim=(0, 1.02))
        ax.set(xlabel="confidence: probability of what it says", ylabel="share that is right")
        ax.set_aspect("equal")
    return ax


def _draw(ax: Axes, name: str, bins: Sequence[Bin], colour: str, place: int) -> None:
    total = sum(each.n for each in bins)
    x, y = [each.confidence for each in bins], [each.accuracy for each in bins]
    ax.plot(x, y, color=colour, lw=1.2, alpha=0.6)
    ax.scatter(x, y, [20 + 400 * each.n / total for each in bins], color=colour, alpha=0.6, lw=0)
    ax.text(0.03, 0.95 - 0.07 * place, theme.drawable(name, 40), color=colour, fontsize=9.5)
