"""The attention explorer, first view: every head small, one head large."""

from collections.abc import Iterable
from functools import cached_property
from typing import Any

from lmlab.viz.explorer.heads import PATTERNS
from lmlab.viz.explorer.maps import AttentionMaps, Place
from lmlab.viz.explorer.view import View
from lmlab.viz.tokens import show, show_all

_MOST_TOKENS = 1500


def head_view(
    attention: Any,
    tokens: Iterable[Any],
    *,
    layer: int | None = None,
    head: int | None = None,
    query: int | None = None,
    title: str | None = None,
    layers: Iterable[int] | int | None = None,
    heads: Iterable[int] | int | None = None,
    query_tokens: Iterable[Any] | None = None,
    live: bool = False,
) -> "HeadView":
    """Show every head of a model and, large, the one that is chosen: which token looks where.

    Args:
        attention: weights (layers, heads, query, key), (heads, query, key) or (query, key); Hugging
            Face's `outputs.attentions` (batch item 0 is shown); or the tape of `lmlab.record`.
        tokens: one string per key position: `tokenizer.tokens(ids)`.
        layer: the layer shown first; by default, of a head with a clear pattern.
        head: the head shown first.
        query: the position of the token whose attention is shown first.
        title: a line above the view.
        layers: show only these layers, by number.
        heads: show only these heads, by number.
        query_tokens: one string per query, for cross-attention.
        live: in a notebook with a running kernel, let `view.selected` follow the clicks.

    Returns a `HeadView`, which shows itself in a notebook, in an exported page and, as a picture,
    where no script runs. Raises ValueError when the input is no attention, does not fit the
    tokens, or would take more than 2 MB of the page. Built in chapter 00; read in chapter 5.2.
    """
    maps = AttentionMaps.read(attention, tokens, layers, heads, query_tokens)
    return HeadView(maps, maps.select(layer, head, query), title or "Attention heads", live)


class HeadView(View):
    """An attention explorer over one text.

    `selected` is the layer, head, query and key in view: what the view opens with, or, when the
    view is live, what the learner has chosen since.
    """

    scripts = ("core", "attention", "head", "grid", "patterns", "head_view")
    merged = False  # True when there is one map for each layer, not one for each head

    def __init__(self, maps: AttentionMaps, start: Place, title: str, live: bool = False):
        _refuse_long(maps)
        self.maps, self.start = maps, start
        super().__init__(title, start._asdict(), self.data(), live)

    def data(self) -> dict[str, Any]:
        """What the script reads."""
        return self.maps.payload()

    @property
    def selected(self) -> Place:
        """The layer, head, query position and key position in view."""
        return type(self.start)(**super().selected)

    @cached_property
    def png(self) -> bytes:
        """A still picture: every head in miniature, and the one that the view opens with."""
        from lmlab.viz.explorer.snapshot import snapshot

        return snapshot(self.maps, self.start, self.title)

    @property
    def alt(self) -> str:
        """One line that says what the picture shows."""
        key, weight = self.maps.top(self.start, 1)[0]
        start = self.start
        return (
            f"{self._size()}. Shown large: layer {start.layer}, head {start.head}{self._roles()}; "
            f"{show(self.maps.queries[start.query])} looks most at {show(self.maps.keys[key])} "
            f"({weight:.0%})."
        )

    def narrowing(self, share: float) -> str:
        """Fewer layers, heads or tokens."""
        n_layers, n_heads, n_query, n_key = self.maps.weights.shape
        return (
            f"It has {n_layers} layers × {n_heads} heads × {n_query} × {n_key} weights. Show fewer "
            f"layers, layers=range({max(1, int(n_layers * share))}), fewer heads, "
            f"heads=[0, 1, …], or about {int(n_key * share**0.5)} tokens."
        )

    def __repr__(self) -> str:
        maps, start = self.maps, self.start
        lines = [f"{self.title}: {self._size()}", "tokens: " + " ".join(show_all(maps.keys[:40]))]
        for pattern, meaning in PATTERNS.items():
            if found := maps.with_pattern(pattern):
                heads = ", ".join(f"{i}.{j} ({score:.0%})" for score, i, j in found[:5])
                more = f" and {len(found) - 5} more" if len(found) > 5 else ""
                lines.append(f"{pattern} ({meaning}): {heads}{more}")
        lines.append(f"layer {start.layer}, head {start.head}{self._roles()}")
        lines.append(f"  {show(maps.queries[start.query])} (query {start.query}) looks at")
        for key, weight in maps.top(start):
            lines.append(f"  {weight:6.1%}  {show(maps.keys[key])} (key {key})")
        return "\n".join(lines)

    def _size(self) -> str:
        maps = self.maps
        parts = _count(maps.layers, "layer")
        if not self.merged:
            parts += f" × {_count(maps.heads, 'head')}"
        looking = ", each looking back only" if maps.causal else ""
        return f"{parts} over {_count(maps.keys, 'token')}{looking}"

    def _roles(self) -> str:
        earned = self.maps.head_badges(self.start.layer, self.start.head)
        return "".join(f", {badge.pattern} {badge.score:.0%}" for badge in earned)


def _count(things: list, name: str) -> str:
    return f"{len(things)} {name}" + ("" if len(things) == 1 else "s")


def _refuse_long(maps: AttentionMaps) -> None:
    n_tokens = len(maps.keys) + (len(maps.queries) if maps.crossed else 0)
    if n_tokens > _MOST_TOKENS:
        raise ValueError(
            f"This view would hold {n_tokens} tokens; it can show at most {_MOST_TOKENS}. Give a "
            "part of the text: weights[..., :n, :n] and tokens[:n]."
        )
