"""Two attentions over the same text, side by side, and their difference."""

from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import Any

import numpy as np
from jaxtyping import Float

from lmlab.viz.explorer.head_view import HeadView
from lmlab.viz.explorer.maps import AttentionMaps, Selection
from lmlab.viz.explorer.packing import pack
from lmlab.viz.tokens import show, show_all


def compare(
    first: Any,
    second: Any,
    tokens: Iterable[Any],
    *,
    names: Sequence[str] = ("first", "second"),
    layer: int | None = None,
    head: int | None = None,
    query: int | None = None,
    title: str | None = None,
    layers: Iterable[int] | int | None = None,
    heads: Iterable[int] | int | None = None,
    query_tokens: Iterable[Any] | None = None,
    live: bool = False,
) -> "CompareView":
    """Show two attentions over one text: each, what the second has more or less, and where most.

    Args:
        first, second: weights as `head_view` takes them, of equal shape: two models, two
            checkpoints, before and after an edit.
        tokens: one string for each key position.
        names: what to call the two.
        layer, head, query: what is shown first; by default, the head that differs most.
        title, layers, heads, query_tokens, live: as for `head_view`.

    Returns a `CompareView`. Raises ValueError as `head_view` does, and when the shapes differ.
    Built in chapter 5.2.
    """
    if len(names) != 2:
        raise ValueError(f"names={names!r} was given; give two, such as ('before', 'after').")
    before = AttentionMaps.read(first, tokens, layers, heads, query_tokens)
    queries = before.queries if before.crossed else None
    after = AttentionMaps.read(second, before.keys, layers, heads, queries)
    if before.weights.shape != after.weights.shape:
        raise ValueError(
            f"the attentions differ in shape: {before.weights.shape} and {after.weights.shape} "
            "(layers, heads, query, key). Pick as many layers and heads from each: layers=, heads=."
        )
    title = title or f"Attention: {names[0]} and {names[1]}"
    start = where_they_differ(before, after, layer, head, query)
    return CompareView(before, after, names, start, title, live)


class CompareView(HeadView):
    """Two attentions over one text, `maps` and `after`; `selected` is chosen in both."""

    scripts = ("core", "attention", "head", "grid", "run", "compare")
    small = "difference"  # what the miniatures show at first: "difference", "first" or "second"

    def __init__(
        self,
        before: AttentionMaps,
        after: AttentionMaps,
        names: Sequence[str],
        start: Selection,
        title: str,
        live: bool = False,
    ):
        self.after = after
        self.names = [" ".join(show_all(name.split())) for name in names]
        super().__init__(before, start, title, live)

    @cached_property
    def moved(self) -> Float[np.ndarray, "layers heads"]:
        """The share of each head's attention, 0 to 1, that the second gives to other keys.

        The total variation distance between the rows, ½ Σ |first - second|, averaged over queries.
        """
        return moved(self.maps, self.after).mean(axis=-1)

    def most_moved(self, n: int = 8) -> list[tuple[float, int, int]]:
        """The heads that differ most: (share, layer, head)."""
        places = np.argsort(-self.moved, axis=None, kind="stable")[:n]
        rows, columns = np.unravel_index(places, self.moved.shape)
        return [
            (float(self.moved[i, j]), self.maps.layers[i], self.maps.heads[j])
            for i, j in zip(rows, columns, strict=True)
        ]

    def data(self) -> dict[str, Any]:
        """What the script reads: the payload of the first, with the weights of the second."""
        causal = self.maps.causal and self.after.causal
        nothing = [[[] for _ in self.maps.heads] for _ in self.maps.layers]
        return self.maps.payload() | {
            "causal": causal,
            "weights": pack(self.maps.weights, causal),
            "others": pack(self.after.weights, causal),
            "badges": nothing,
            "moved": (100 * self.moved).astype(float).round(1).tolist(),
            "called": dict(zip(("first", "second"), self.names, strict=True)),
            "small": self.small,
            "merged": self.merged,
        }

    @cached_property
    def png(self) -> bytes:
        """A still picture: the chosen head in both, the difference, and where they differ most."""
        from lmlab.viz.explorer.compare_still import still

        most = [(share, self._head(layer, head)) for share, layer, head in self.most_moved()]
        return still(self.maps, self.after, self.start, self.names, most, self.title)

    @property
    def alt(self) -> str:
        """Two sentences that say what the picture shows."""
        share, layer, head = self.most_moved(1)[0]
        where = self._head(layer, head).capitalize()
        return f"{self.title}. {self._size()}. {where} differs most: {share:.0%} of its attention."

    def __repr__(self) -> str:
        _, _, query, key = self.start
        lines = [f"{self.title}: {self._size()}", "share of the attention that differs:"]
        lines += [f"  {share:6.1%}  {self._head(i, j)}" for share, i, j in self.most_moved()]
        layer, head = self.start[:2]
        each = [maps.pattern(layer, head)[query, key] for maps in (self.maps, self.after)]
        asks, looked = show(self.maps.queries[query]), show(self.maps.keys[key])
        lines.append(f"{self._head(layer, head)}: {asks} (query {query}) looks at {looked} with")
        lines += [f"  {w:6.1%}  {name}" for w, name in zip(each, self.names, strict=True)]
        return "\n".join(lines)

    def _head(self, layer: int, head: int) -> str:
        return f"layer {layer}" if self.merged else f"layer {layer}, head {head}"


def moved(before: AttentionMaps, after: AttentionMaps) -> Float[np.ndarray, "layers heads query"]:
    """For each query, the share of its attention that goes to other keys."""
    return np.abs(after.weights - before.weights).sum(axis=-1) / 2


def where_they_differ(
    before: AttentionMaps,
    after: AttentionMaps,
    layer: int | None = None,
    head: int | None = None,
    query: int | None = None,
) -> Selection:
    """Complete a selection: the head, the query and the key at which the two differ most."""
    share = moved(before, after).mean(axis=-1)  # (layers, heads)
    if layer is None and head is None:
        i, j = np.unravel_index(share.argmax(), share.shape)
        layer, head = before.layers[i], before.heads[j]
    start = before.select(layer, head, query)
    gap = np.abs(after.pattern(*start[:2]) - before.pattern(*start[:2]))  # (query, key)
    row = int(gap.sum(axis=-1).argmax()) if query is None else query
    return Selection(start.layer, start.head, row, int(gap[row].argmax()))
