"""Attention in its four steps, with the numbers: scores, scale, mask, softmax."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import torch
from jaxtyping import Bool, Float
from matplotlib.axes import Axes
from matplotlib.colors import Colormap, Normalize
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from torch import Tensor

from lmlab.nn.attention import weights_from_scores
from lmlab.viz import theme
from lmlab.viz.explorer.inputs import token_labels
from lmlab.viz.tokens import show

Array = np.ndarray | Tensor

_NUMBERED = 9  # with more columns, numbers would not fit into the cells


@dataclass(frozen=True)
class Steps:
    """One head's attention on its way from q (query, d_k) and k (key, d_k) to weights.

    Make one with `Steps.of`, which checks what it is given.
    """

    q: Float[Tensor, "query d_k"]
    k: Float[Tensor, "key d_k"]
    v: Float[Tensor, "key d_v"] | None
    mask: Bool[Tensor, "query key"] | None
    queries: list[str]
    keys: list[str]
    scaled: bool = True

    @classmethod
    def of(
        cls,
        q: Array,
        k: Array,
        tokens: Iterable[Any],
        mask: Array | None = None,
        key_tokens: Iterable[Any] | None = None,
        v: Array | None = None,
        scaled: bool = True,
    ) -> "Steps":
        """From arrays or tensors; ValueError when the shapes or the tokens do not fit."""
        q, k = _matrix("q", q, "(query, d_k)"), _matrix("k", k, "(key, d_k)")
        v = None if v is None else _matrix("v", v, "(key, d_v)")
        mask = None if mask is None else torch.as_tensor(mask)
        _check_shapes(q, k, v, mask)
        crossed = key_tokens is not None
        pairs = np.empty((1, 1, len(q), len(k)), dtype=np.float32)
        keys, queries = token_labels(*((key_tokens, pairs, tokens) if crossed else (tokens, pairs)))
        return cls(q, k, v, mask, queries, keys, scaled)

    @cached_property
    def scores(self) -> Float[Tensor, "query key"]:
        """Step 1: q kᵀ."""
        return self.q @ self.k.mT

    @cached_property
    def scaled_scores(self) -> Float[Tensor, "query key"]:
        """Step 2: divided by √d_k, unless the scale is switched off."""
        return self.scores / math.sqrt(self.q.size(-1)) if self.scaled else self.scores

    @cached_property
    def masked_scores(self) -> Float[Tensor, "query key"]:
        """Step 3: -inf where the mask is False."""
        scores = self.scaled_scores
        return scores if self.mask is None else scores.masked_fill(~self.mask, -torch.inf)

    @cached_property
    def weights(self) -> Float[Tensor, "query key"]:
        """Step 4: softmax over the keys."""
        return weights_from_scores(self.scaled_scores, self.mask)

    def in_words(self, query: int) -> str:
        """What the query looks at, most weight first."""
        row = self.weights[query]
        best = [i for i in row.argsort(descending=True, stable=True).tolist() if row[i] > 0]
        seen = " · ".join(f"{show(self.keys[i])} {row[i]:.2f}" for i in best[:6]) or "nothing"
        return f"{show(self.queries[query])} looks at {seen}"


def attention_steps(
    q: Array,
    k: Array,
    tokens: Iterable[Any],
    *,
    mask: Array | None = None,
    key_tokens: Iterable[Any] | None = None,
    v: Array | None = None,
    scaled: bool = True,
    query: int = -1,
) -> Figure:
    """Four heat maps: q kᵀ, divided by √d_k, masked, and the softmax of each row with its sum.

    `q` is (query, d_k), `k` (key, d_k), for one head; `mask` (query, key) is True where a query may
    look; `tokens` name the queries, and the keys unless `key_tokens` do. With `v` (key, d_v) a
    fifth map shows weights · v. The row `query` is framed and read out below.

    Raises ValueError when shapes or tokens do not fit. Built in chapter 2.2.
    """
    return draw_steps(Steps.of(q, k, tokens, mask, key_tokens, v, scaled), query)


def draw_steps(steps: Steps, query: int = -1) -> Figure:
    """The figure of `attention_steps`."""
    if not -len(steps.queries) <= query < len(steps.queries):
        raise ValueError(
            f"query={query} was given; there are queries 0 to {len(steps.queries) - 1}."
        )
    query %= len(steps.queries)
    maps = _maps(steps)
    rows, columns, height = _arrangement(len(maps), len(steps.queries), len(steps.keys))
    with plt.rc_context(theme.style()):
        figure, axes = plt.subplots(
            rows, columns, figsize=(8.6, height), layout="constrained", squeeze=False
        )
        for place, ax in enumerate(axes.flat):
            ax.set_visible(place < len(maps))
            if place < len(maps):
                maps[place].draw(ax, query)
                _name_queries(ax, steps.queries if place % columns == 0 else [], query)
        _write_sums(axes.flat[3], steps.weights.sum(dim=-1).tolist())
        words = theme.drawable(steps.in_words(query), 90)
        figure.supxlabel(words, x=0.01, ha="left", fontsize=10, color=theme.ORANGE)
    return figure


def _arrangement(n_maps: int, n_queries: int, n_keys: int) -> tuple[int, int, float]:
    """Rows and columns of maps, and inches of height: wide enough cells, and square if small."""
    columns = n_maps if n_maps * n_keys <= 24 else (n_maps + 1) // 2
    rows = -(-n_maps // columns)  # rounded up
    cell = min(8.6 / columns / (n_keys + 1.5), 0.36)
    return rows, columns, min(rows * (cell * n_queries + 1.1) + 0.3, 9.0)


@dataclass(frozen=True)
class _Map:
    """A heat map with its numbers. What the mask hides is NaN, and written as `hidden`."""

    title: str
    values: Float[np.ndarray, "rows columns"]
    columns: Sequence[str]
    colours: str | Colormap
    norm: Normalize
    hidden: str = ""

    def draw(self, ax: Axes, framed: int) -> None:
        image = ax.imshow(self.values, cmap=self.colours, norm=self.norm, aspect="auto")
        ax.set_facecolor("#e4e2dc")  # what is hidden
        names = [theme.drawable(show(name), 9) for name in self.columns]
        ax.set_xticks(range(len(names)), names, rotation=90, fontsize=8)
        ax.set_yticks([])
        ax.tick_params(length=0, labelcolor=theme.INK)
        ax.spines[:].set_visible(False)
        ax.set_title(self.title, fontsize=10)
        if len(names) <= _NUMBERED:
            self._write_numbers(ax, image)
        look = {"fill": False, "edgecolor": theme.ORANGE, "linewidth": 2, "clip_on": False}
        ax.add_patch(Rectangle((-0.5, framed - 0.5), len(names), 1, **look))

    def _write_numbers(self, ax: Axes, image: Any) -> None:
        size = 8 if len(self.columns) <= 5 else 7
        for (row, column), value in np.ndenumerate(self.values):
            hidden = np.isnan(value)
            text = self.hidden if hidden else f"{value:z.{self._digits}f}"
            dark = not hidden and _is_dark(image.cmap(image.norm(value)))
            look = {"fontsize": size, "color": theme.CARD if dark else theme.INK}
            number = ax.text(column, row, text, ha="center", va="center", **look)
            number.set_in_layout(False)  # it lies in its cell: measuring it takes time

    @property
    def _digits(self) -> int:
        """Digits after the point: as many as a cell has room for."""
        largest = np.nanmax(np.abs(self.values), initial=0)
        return 2 if largest < 10 else int(largest < 100)


def _maps(steps: Steps) -> list[_Map]:
    limit = max(float(steps.scores.abs().max()), 1e-6)
    signed = (steps.keys, theme.SIGN, Normalize(-limit, limit))
    d_k = steps.q.size(-1)
    scale = f"2  ÷ √{d_k} = {math.sqrt(d_k):.3g}" if steps.scaled else "2  not scaled"
    masked, weights = steps.masked_scores.numpy(), steps.weights.numpy()
    seen = np.isfinite(masked)
    maps = [
        _Map("1  scores q·kᵀ", steps.scores.numpy(), *signed),
        _Map(scale, steps.scaled_scores.numpy(), *signed),
        _Map("3  no mask" if steps.mask is None else "3  masked",
             np.where(seen, masked, np.nan), *signed, hidden="-∞"),
        _Map("4  softmax: weights", np.where(seen, weights, np.nan),
             steps.keys, theme.MAGNITUDE, theme.weight_scale(), hidden="0"),
    ]  # fmt: skip
    if steps.v is not None:
        out = (steps.weights @ steps.v).numpy()
        widest = Normalize(-max(np.abs(out).max(), 1e-6), max(np.abs(out).max(), 1e-6))
        channels = [str(channel) for channel in range(out.shape[1])]
        maps.append(_Map("5  weights · v", out, channels, theme.SIGN, widest))
    return maps


def _name_queries(ax: Axes, queries: Sequence[str], framed: int) -> None:
    ax.set_yticks(range(len(queries)), [theme.drawable(show(name), 9) for name in queries])
    for place, label in enumerate(ax.get_yticklabels()):
        label.set_color(theme.ORANGE if place == framed else theme.INK)


def _write_sums(ax: Axes, sums: Sequence[float]) -> None:
    """The sum of each row, at its end."""
    right = ax.get_xlim()[1] + 0.15
    ax.text(right, -0.75, "sum", fontsize=8, color=theme.FAINT)
    for row, total in enumerate(sums):
        colour = theme.FAINT if total > 0 else theme.ORANGE
        ax.text(right, row, f"{total:.2f}", va="center", fontsize=8, color=colour)


def _is_dark(rgba: tuple[float, float, float, float]) -> bool:
    red, green, blue, _ = rgba
    return bool(0.299 * red + 0.587 * green + 0.114 * blue < 0.5)


def _matrix(name: str, values: Array, axes: str) -> Float[Tensor, "rows columns"]:
    matrix = torch.as_tensor(values).detach().cpu().float()
    if matrix.ndim != 2 or not matrix.numel() or not matrix.isfinite().all():
        raise ValueError(
            f"{name} has shape {tuple(matrix.shape)}; give the finite numbers of one head, {axes}: "
            "with more heads, pick one, such as q[0, 3]."
        )
    return matrix


def _check_shapes(q: Tensor, k: Tensor, v: Tensor | None, mask: Tensor | None) -> None:
    if q.size(-1) != k.size(-1):
        raise ValueError(
            f"q is {q.size(-1)} wide and k {k.size(-1)}: for q·k give both the same d_k."
        )
    if v is not None and len(v) != len(k):
        raise ValueError(f"there are {len(v)} values for {len(k)} keys; give one value a key.")
    if mask is not None and (mask.shape != (len(q), len(k)) or mask.dtype != torch.bool):
        raise ValueError(
            f"mask has shape {tuple(mask.shape)} and holds {mask.dtype}; give Bool numbers "
            f"{(len(q), len(k))}, True where a query may look at a key."
        )
