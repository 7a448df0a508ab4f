"""ALiBi: what each head takes off a score for distance, and how far it still sees."""

import matplotlib.pyplot as plt
import torch
from jaxtyping import Float
from matplotlib.axes import Axes
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from torch import Tensor

from lmlab.nn.positions import alibi_bias, alibi_slopes
from lmlab.viz import theme
from lmlab.viz.bars import Bar, draw_bars
from lmlab.viz.figures import Picture, picture
from lmlab.viz.labels import Label, place_labels
from lmlab.viz.live import show_live, slider

_HEADS = (1, 2, 3, 4, 6, 8, 12, 16)
_LENGTHS = (16, 32, 64, 128, 256, 512, 1024)
_SHARE = 0.9
_FLOOR = -8.0  # below, a token has less than 1/2981 of the weight of an equal one at hand


def alibi_lab(n_heads: int = 8, length: int = 64) -> None:
    """Show ALiBi's penalty of each head against distance, with sliders for heads and length.

    The first picture stays on an exported page. Built in chapter 2.3.
    """

    def draw(n_heads: int, length: int) -> Picture:
        return picture(alibi_picture(n_heads, length), _alt(n_heads, length))

    controls = {
        "n_heads": slider("heads", _HEADS, n_heads),
        "length": slider("tokens before", _LENGTHS, length),
    }
    show_live(draw, controls)


def alibi_picture(n_heads: int = 8, length: int = 64) -> Figure:
    """A line for each head's penalty, and the nearest tokens that get 90% of its weight.

    That share is what the penalty alone does: it is taken with equal scores for all `length`
    tokens. Raises ValueError for less than one head or two tokens. Source: Press, Smith & Lewis
    2022, section 3 (arXiv 2108.12409). Built in chapter 2.3.
    """
    penalties = _penalties(n_heads, length)
    with plt.rc_context(theme.style()):
        figure, (lines, bars) = plt.subplots(
            1, 2, figsize=(8.6, 4.2), layout="constrained", width_ratios=(1.4, 1)
        )
        _draw_lines(lines, penalties)
        _draw_reach(bars, penalties)
    return figure


def _draw_lines(ax: Axes, penalties: Tensor) -> None:
    ends = []
    for head, (line, colour) in enumerate(zip(penalties, _colours(penalties), strict=True)):
        ax.plot(line, color=colour)
        seen = line[line >= _FLOOR]
        ends.append(Label(len(seen) - 1, float(seen[-1]), f"head {head}", colour))
    ax.set(xlabel="distance back (tokens)", ylim=(_FLOOR, 0.5), xlim=(0, 1.15 * len(penalties[0])))
    ax.set_title("added to the score")
    place_labels(ax, ends, [])


def _draw_reach(ax: Axes, penalties: Tensor) -> None:
    n_heads, length = penalties.shape
    slopes, reach = alibi_slopes(n_heads).tolist(), _reach(penalties)
    bars = [
        Bar(f"head {head}, slope {slope:.3g}: {n}", n / length, colour)
        for head, (slope, n, colour) in enumerate(
            zip(slopes, reach, _colours(penalties), strict=True)
        )
    ]
    draw_bars(ax, bars, n_heads)
    ax.set(xticks=(0, 1), xticklabels=("0", str(length)))
    ax.set_xlabel(f"nearest tokens that hold {_SHARE:.0%} of the weight")
    ax.set_title("how far it sees, all scores equal")


def _penalties(n_heads: int, length: int) -> Float[Tensor, "n_heads length"]:
    """What is added to the score of a token, by its distance back."""
    if n_heads < 1 or length < 2:
        raise ValueError(f"n_heads={n_heads}, length={length}; give 1 or more heads, 2 or more.")
    here, before = torch.tensor([length - 1]), torch.arange(length - 1, -1, -1)
    return alibi_bias(here, before, n_heads)[:, 0]


def _reach(penalties: Tensor) -> list[int]:
    """How many of the nearest tokens hold the share of each head's weight, all scores equal."""
    shares = penalties.softmax(dim=-1).cumsum(dim=-1)
    return ((shares < _SHARE).sum(dim=-1) + 1).tolist()


def _colours(penalties: Tensor) -> list[str]:
    places = torch.linspace(0, 0.7, len(penalties)).tolist()
    return [to_hex(plt.get_cmap(theme.MAGNITUDE)(place)) for place in places]


def _alt(n_heads: int, length: int) -> str:
    penalties = _penalties(n_heads, length)
    found = zip(alibi_slopes(n_heads).tolist(), _reach(penalties), strict=True)
    told = (
        f"head {head} by {slope:.3g} a token, so that of {length} equal scores the nearest {n} "
        f"hold {_SHARE:.0%} of the weight"
        for head, (slope, n) in enumerate(found)
    )
    return f"ALiBi lowers the score of a token by its distance: {'; '.join(told)}."
