"""The attention explorer's view of a whole model: every head, in an order that says something."""

from collections.abc import Iterable
from functools import cached_property
from typing import Any

import numpy as np

from lmlab.viz.explorer.head_view import HeadView
from lmlab.viz.explorer.maps import AttentionMaps, Selection


def model_view(
    attention: Any,
    tokens: Iterable[Any],
    sort: str | None = None,
    *,
    layer: int | None = None,
    head: int | None = None,
    query: int | None = None,
    title: str | None = None,
    layers: Iterable[int] | int | None = None,
    heads: Iterable[int] | int | None = None,
    query_tokens: Iterable[Any] | None = None,
    live: bool = False,
) -> "ModelView":
    """Show all heads of a model at once and, below them, the one that is chosen.

    Args:
        attention: weights as `head_view` takes them; Hugging Face's `outputs.attentions` too.
        tokens: one string for each key position: `tokenizer.tokens(ids)`.
        sort: the order of the heads: None for a row per layer; the name of a pattern
            (`"induction"`, `"previous"`, …), strongest first; or `"entropy"`, sharpest first.
        layer, head, query, title, layers, heads, query_tokens, live: as for `head_view`.

    The order can be changed in the view, and heads that follow one pattern picked out. Returns a
    `ModelView`, which shows itself like a `HeadView`. Raises ValueError as `head_view` does, and
    for a `sort` that the text has no place for. Built in chapter 5.2.
    """
    maps = AttentionMaps.read(attention, tokens, layers, heads, query_tokens)
    orders = [*maps.scores, "entropy"]
    if sort is not None and sort not in orders:
        raise ValueError(
            f"sort={sort!r} was given; this text has a place for {', '.join(orders)}. "
            "Leave it out for a row per layer."
        )
    if layer is None and head is None and sort is not None:
        layer, head = in_order(maps, sort)[0][1:]
    start = maps.select(layer, head, query)
    return ModelView(maps, start, title or "All attention heads", sort, live)


class ModelView(HeadView):
    """All heads over one text, in the order `sort`; `selected` is what is shown large."""

    scripts = ("core", "attention", "head", "grid", "run", "patterns", "model_view")

    def __init__(
        self, maps: AttentionMaps, start: Selection, title: str, sort: str | None, live: bool
    ):
        self.sort = sort
        super().__init__(maps, start, title, live)

    def data(self) -> dict[str, Any]:
        """What the script reads: as for a `HeadView`, with all scores and the order."""
        scores = self.maps.scores.items()
        tables = {name: (100 * of).round().astype(int).tolist() for name, of in scores}
        tables["entropy"] = self.maps.entropy.astype(float).round(2).tolist()
        return self.maps.payload() | {"scores": tables, "sort": self.sort}

    @cached_property
    def png(self) -> bytes:
        """A still picture: all heads in their order, and the chosen one large."""
        from lmlab.viz.explorer.snapshot import wall

        order = in_order(self.maps, self.sort) if self.sort else None
        return wall(self.maps, self.start, order, self.title)

    def __repr__(self) -> str:
        if self.sort is None:
            return super().__repr__()
        unit = "nats" if self.sort == "entropy" else "of its attention"
        best = (
            f"{i}.{j} ({value:.2f} {unit})" for value, i, j in in_order(self.maps, self.sort)[:10]
        )
        return f"{super().__repr__()}\nby {self.sort}: {', '.join(best)}"


def in_order(maps: AttentionMaps, sort: str) -> list[tuple[float, int, int]]:
    """Every head as (value, layer, head): strongest first or, by entropy, sharpest first."""
    table = maps.entropy if sort == "entropy" else maps.scores[sort]
    sign = 1 if sort == "entropy" else -1
    heads = [
        (float(value), maps.layers[i], maps.heads[j]) for (i, j), value in np.ndenumerate(table)
    ]
    return sorted(heads, key=lambda head: (sign * head[0], head[1:]))
