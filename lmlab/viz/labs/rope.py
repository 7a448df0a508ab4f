"""RoPE: pairs of channels turn with the position, so that q·k depends on the distance alone."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import matplotlib.pyplot as plt
import numpy as np
import torch
from jaxtyping import Float
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Circle, Wedge
from torch import Tensor

from lmlab.nn.positions import apply_rope, rope_rotation
from lmlab.viz import theme
from lmlab.viz.figures import Picture, picture
from lmlab.viz.live import show_live, slider

Vector = Sequence[int | float] | np.ndarray | Tensor

_SHOWN = 4  # pairs drawn as circles
_FARTHEST = 64  # tokens
_EAST = (1.0, 1.0, 1.0, 1.0, 0.0, 0.0, 0.0, 0.0)  # four pairs that point along the first channel


@dataclass(frozen=True)
class Turned:
    """A query and a key, turned by RoPE at their positions."""

    query_position: int
    key_position: int
    q: Float[Tensor, " d_head"]
    k: Float[Tensor, " d_head"]

    @classmethod
    def of(cls, query_position: int, key_position: int, q: Vector, k: Vector) -> "Turned":
        """From numbers; ValueError when the vectors have no pairs or the positions are negative."""
        q, k = (torch.as_tensor(x).detach().float() for x in (q, k))
        if q.ndim != 1 or q.shape != k.shape or len(q) % 2 or not len(q):
            raise ValueError(
                f"q has shape {tuple(q.shape)} and k {tuple(k.shape)}; give one vector each, of "
                "the same even width: RoPE turns pairs of channels."
            )
        if min(query_position, key_position) < 0:
            raise ValueError(
                f"positions {query_position} and {key_position} were given; they begin at 0."
            )
        return cls(query_position, key_position, q, k)

    @cached_property
    def pairs(self) -> Float[Tensor, "2 pair 2"]:
        """The turned query and key, as points of a plane for each pair of channels."""
        positions = torch.tensor([self.query_position, self.key_position])
        turned = _turn(torch.stack((self.q, self.k)), positions)
        return turned.unflatten(-1, (2, -1)).mT  # channel i goes with channel i + d_head/2

    @cached_property
    def degrees(self) -> Float[Tensor, " pair"]:
        """From the key's arrow to the query's in each pair, -180 to 180."""
        (qx, qy), (kx, ky) = self.pairs.mT
        return torch.atan2(kx * qy - ky * qx, qx * kx + qy * ky).rad2deg()

    @property
    def distance(self) -> int:
        """Tokens from the key on to the query."""
        return self.query_position - self.key_position

    @cached_property
    def score(self) -> float:
        """q·k of the turned vectors, not scaled."""
        return float(self.pairs.prod(dim=0).sum())

    @cached_property
    def scores(self) -> Float[Tensor, " distance"]:
        """q·k for a key 0, 1, 2 … tokens before the query."""
        distances = torch.arange(max(_FARTHEST, abs(self.distance)) + 1)
        last = distances[-1:]
        return _turn(self.k.expand(len(distances), -1), last - distances) @ _turn(self.q, last)[0]


def rope_lab(
    key_position: int = 3, distance: int = 2, *, q: Vector = _EAST, k: Vector = _EAST
) -> None:
    """Show how RoPE turns a key and a query `distance` tokens after it, with sliders for both.

    Move the key along the text: all arrows turn, the angles between them and q·k stay. `q` and `k`
    as in `rope_picture`. The first picture stays on an exported page. Built in chapter 2.3.
    """

    def draw(key_position: int, distance: int) -> Picture:
        turned = Turned.of(key_position + distance, key_position, q, k)
        return picture(_draw(turned), _alt(turned))

    controls = {
        "key_position": slider("key position", range(_FARTHEST + 1), key_position),
        "distance": slider("distance", range(_FARTHEST + 1), distance),
    }
    show_live(draw, controls)


def rope_picture(
    query_position: int, key_position: int, *, q: Vector = _EAST, k: Vector = _EAST
) -> Figure:
    """Pairs of channels of a turned query and key as arrows, and their q·k against distance.

    `q` and `k` are vectors (d_head) before they are turned; by default all pairs of both point the
    same way. Of many pairs, four are drawn, from the quickest to the slowest.

    Raises ValueError when q and k are no two vectors of the same even width, or a position is
    negative. Source: Su et al. 2021, eq. 34 (arXiv 2104.09864). Built in chapter 2.3.
    """
    return _draw(Turned.of(query_position, key_position, q, k))


def _draw(turned: Turned) -> Figure:
    n_pairs = len(turned.degrees)
    shown = sorted({round(i * (n_pairs - 1) / (_SHOWN - 1)) for i in range(_SHOWN)})
    with plt.rc_context(theme.style()):
        figure, axes = plt.subplot_mosaic(
            [shown, ["score"] * len(shown)], figsize=(8.6, 4.8), layout="constrained",
            height_ratios=(1, 1.1),
        )  # fmt: skip
        radius = float(turned.pairs[:, shown].norm(dim=-1).max()) or 1.0
        for pair in shown:
            _draw_pair(axes[pair], turned, pair, radius)
        for name, colour, y in (("query", theme.BLUE, 1.0), ("key", theme.ORANGE, 0.85)):
            axes[0].text(0, y, name, color=colour, transform=axes[0].transAxes, va="top")
        _draw_scores(axes["score"], turned)
        where = f"key at {turned.key_position}, query at {turned.query_position}"
        figure.suptitle(where, x=0.01, ha="left", fontsize=11, fontweight="bold")
    return figure


def _draw_pair(ax: Axes, turned: Turned, pair: int, radius: float) -> None:
    """Two arrows from the middle of a circle, and the angle between them."""
    ax.add_patch(Circle((0, 0), radius, fill=False, edgecolor=theme.FAINT, lw=0.6))
    starts = []
    for colour, point in zip((theme.BLUE, theme.ORANGE), turned.pairs[:, pair], strict=True):
        ax.annotate(
            "", point.tolist(), (0, 0), arrowprops={"arrowstyle": "-|>", "color": colour, "lw": 2.2,
                                            "shrinkA": 0, "shrinkB": 0},
        )  # fmt: skip
        starts.append(float(torch.atan2(point[1], point[0]).rad2deg()))
    angle = float(turned.degrees[pair])
    ends = (starts[1], starts[0]) if angle >= 0 else (starts[0], starts[1])
    ax.add_patch(Wedge((0, 0), 0.3 * radius, *ends, color=theme.FAINT, alpha=0.35, lw=0))
    ax.set(xlim=(-1.35 * radius, 1.35 * radius), ylim=(-1.1 * radius, 1.1 * radius), aspect="equal")
    ax.set_axis_off()
    frequency = float(_frequencies(len(turned.q))[pair])
    ax.set_title(f"pair {pair}: {frequency:.3g} rad a token", fontsize=8, loc="center")
    ax.text(0, -1.35 * radius, f"{abs(angle):.0f}° apart", ha="center", fontsize=9)


def _draw_scores(ax: Axes, turned: Turned) -> None:
    ax.plot(turned.scores, color=theme.FAINT)
    ax.axhline(0, color=theme.FAINT, lw=0.6)
    if turned.distance >= 0:
        ax.plot(turned.distance, turned.score, "o", color=theme.INK, markersize=8)
    ax.set(xlabel="distance from the key on to the query (tokens)", ylabel="q·k")
    ax.set_title(f"q·k = {turned.score:z.2f} at distance {turned.distance}, wherever the two stand")


def _turn(x: Float[Tensor, "*n d_head"], positions: Tensor) -> Float[Tensor, "time d_head"]:
    """Each vector turned by RoPE at its position."""
    return apply_rope(x.view(1, 1, -1, x.size(-1)), rope_rotation(positions, x.size(-1)))[0, 0]


def _frequencies(d_head: int) -> Float[Tensor, " pair"]:
    """Radians by which each pair turns from one token to the next."""
    cos, sin = rope_rotation(torch.tensor([1]), d_head)
    half = d_head // 2
    return torch.atan2(sin[0, 0, half:], cos[0, 0, half:])


def _alt(turned: Turned) -> str:
    angles = ", ".join(f"{angle:.0f}°" for angle in turned.degrees.abs().tolist()[:8])
    later = ", ".join(
        f"{turned.scores[d]:z.2f} at {d}" for d in (0, 1, 4, 16, 64) if d < len(turned.scores)
    )
    return (
        f"A key at position {turned.key_position} and a query at {turned.query_position}, turned "
        f"by RoPE. Angles between their pairs: {angles}. q·k is {turned.score:z.2f} at distance "
        f"{turned.distance}; by distance it is {later}."
    )
