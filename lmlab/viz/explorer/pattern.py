"""One head's attention as a matrix: rows look, columns are looked at."""

from collections.abc import Iterable
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from jaxtyping import Float
from matplotlib.axes import Axes

from lmlab.viz import theme
from lmlab.viz.explorer.inputs import attention_array, token_labels
from lmlab.viz.explorer.packing import is_causal
from lmlab.viz.tokens import show_all

_MOST_LABELS = 40  # with more tokens, every second or third is named


def attention_pattern(
    weights: Any,
    tokens: Iterable[Any],
    ax: Axes | None = None,
    *,
    query_tokens: Iterable[Any] | None = None,
    title: str | None = None,
) -> Axes:
    """Draw one head's attention weights (query, key), with a token on each row and column.

    `tokens` holds one string per key; `query_tokens` one per query where they differ (cross-
    attention). Colour runs from 0 to 1; what a causal mask hides is left blank. Draws on `ax`, or
    on a new figure, and returns the axes.

    Raises ValueError when the weights are not one head's, do not sum to one or do not fit the
    tokens. Built in chapter 02.2.
    """
    array = attention_array(weights)  # (layers, heads, query, key)
    if array.shape[:2] != (1, 1):
        raise ValueError(
            f"attention_pattern draws one head; {array.shape[0]} layers × {array.shape[1]} heads "
            "were given. Pick one, weights[layer, head], or use head_view for all of them."
        )
    keys, queries = token_labels(tokens, array, query_tokens)
    side = min(7.0, 2.0 + 0.18 * len(keys))
    ax = theme.new_axes(side + 0.8, side) if ax is None else ax
    with plt.rc_context(theme.style()):
        draw_pattern(ax, array[0, 0], keys, queries, hide_future=is_causal(array))
        draw_scale(ax)
        if title:
            ax.set_title(title)
    return ax


def draw_pattern(
    ax: Axes,
    weights: Float[np.ndarray, "query key"],
    keys: list[str],
    queries: list[str],
    hide_future: bool,
) -> None:
    """Draw the weights and the tokens on `ax`, without a colour bar."""
    n_query, n_key = weights.shape
    if hide_future:
        weights = np.where(np.tri(n_query, n_key, n_key - n_query, dtype=bool), weights, np.nan)
    ax.imshow(weights, cmap=theme.MAGNITUDE, norm=theme.weight_scale(), interpolation="nearest")
    _name_ticks(ax.xaxis, keys, rotation=90)
    _name_ticks(ax.yaxis, queries, rotation=0)
    ax.set_xlabel("key token attended to")
    ax.set_ylabel("query token")
    ax.tick_params(length=0, labelcolor=theme.INK)
    ax.spines[:].set_visible(False)


def draw_scale(ax: Axes) -> None:
    """A colour bar for the pattern on `ax`."""
    bar = ax.figure.colorbar(ax.images[-1], ax=ax, label="attention weight", shrink=0.7)
    bar.set_ticks([0, 0.05, 0.25, 0.5, 1], labels=["0", "0.05", "0.25", "0.5", "1"])
    bar.minorticks_off()
    bar.outline.set_visible(False)


def _name_ticks(axis, tokens: list[str], rotation: int) -> None:
    step = -(-len(tokens) // _MOST_LABELS)  # rounded up
    places = range(0, len(tokens), step)
    labels = [theme.drawable(label) for label in show_all(tokens[i] for i in places)]
    size = 9 if len(places) <= 24 else 7
    axis.set_ticks(places, labels, rotation=rotation, fontsize=size, fontfamily=list(theme.fonts()))
    for label in axis.get_ticklabels():
        label.set_parse_math(False)
