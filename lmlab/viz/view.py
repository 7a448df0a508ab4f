"""The attention explorer, first view: every head small, one head large."""

import base64
from collections.abc import Iterable
from functools import cached_property
from pathlib import Path
from typing import Any

from lmlab.viz import bundle
from lmlab.viz.heads import PATTERNS
from lmlab.viz.maps import AttentionMaps, Selection
from lmlab.viz.tokens import show, show_all

_MOST_TOKENS = 1500
_WIDGET_MIME = "application/vnd.jupyter.widget-view+json"


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
) -> "View":
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

    Returns a `View`, which shows itself in a notebook, in an exported page and, as a picture, where
    no script runs. Raises ValueError when the input is no attention, does not fit the tokens, or
    would take more than 2 MB of the page. Built in chapter 00; read in chapter 5.2.
    """
    maps = AttentionMaps.read(attention, tokens, layers, heads, query_tokens)
    return View(maps, maps.select(layer, head, query), title or "Attention heads", live)


class View:
    """An attention explorer over one text. The last line of a cell shows it.

    `selected` is the layer, head, query and key in view: what the view opens with, or, when the
    view is live, what the learner has chosen since.
    """

    def __init__(self, maps: AttentionMaps, start: Selection, title: str, live: bool = False):
        self.maps, self.start, self.title, self.live = maps, start, title, live
        _refuse_long(maps)
        self.payload = {
            "view": "head_view",
            "title": title,
            "selected": start._asdict(),
            **maps.payload(),
        }
        _refuse_large(self.payload, maps)

    @property
    def selected(self) -> Selection:
        """The layer, head, query position and key position in view."""
        return Selection(**self.widget.selected) if self.live else self.start

    @cached_property
    def widget(self):
        """The view as an `ipywidgets` widget, for layouts and for `observe`."""
        from lmlab.viz.widget import explorer_widget

        return explorer_widget(self.payload)

    @cached_property
    def png(self) -> bytes:
        """A still picture: every head in miniature, and the one that the view opens with."""
        from lmlab.viz.snapshot import snapshot

        return snapshot(self.maps, self.start, self.title)

    @cached_property
    def html(self) -> str:
        """The view as HTML that works anywhere, offline; the same bytes for the same input."""
        png = base64.b64encode(self.png).decode("ascii")
        return bundle.bundle(self.payload, png, self.alt)

    @property
    def alt(self) -> str:
        """One line that says what the picture shows."""
        key, weight = self.maps.top(self.start, 1)[0]
        layer, head, query, _ = self.start
        return (
            f"{self._size()}. Shown large: layer {layer}, head {head}{self._roles()}; "
            f"{show(self.maps.queries[query])} looks most at {show(self.maps.keys[key])} "
            f"({weight:.0%})."
        )

    def save(self, path: str | Path) -> Path:
        """Write the view as a page of its own, which any browser opens without a network."""
        path = Path(path)
        path.write_text(bundle.page(self.html, self.title), encoding="utf-8")
        return path

    def __repr__(self) -> str:
        maps, (layer, head, query, _) = self.maps, self.start
        lines = [f"{self.title}: {self._size()}", "tokens: " + " ".join(show_all(maps.keys[:40]))]
        for pattern, meaning in PATTERNS.items():
            if found := maps.with_pattern(pattern):
                heads = ", ".join(f"{i}.{j} ({score:.0%})" for score, i, j in found[:5])
                more = f" and {len(found) - 5} more" if len(found) > 5 else ""
                lines.append(f"{pattern} ({meaning}): {heads}{more}")
        lines.append(f"layer {layer}, head {head}{self._roles()}")
        lines.append(f"  {show(maps.queries[query])} (query {query}) looks at")
        for key, weight in maps.top(self.start):
            lines.append(f"  {weight:6.1%}  {show(maps.keys[key])} (key {key})")
        return "\n".join(lines)

    def _repr_mimebundle_(self, include=None, exclude=None) -> tuple[dict, dict]:
        data = {
            "text/html": self.html,
            "image/png": base64.b64encode(self.png).decode("ascii"),
            "text/plain": repr(self),
        }
        if self.live:
            data[_WIDGET_MIME] = self.widget._repr_mimebundle_()[0][_WIDGET_MIME]
        return data, {"image/png": {"alt": self.alt}}

    def _size(self) -> str:
        maps = self.maps
        layers, heads = _count(maps.layers, "layer"), _count(maps.heads, "head")
        looking = ", each looking back only" if maps.causal else ""
        return f"{layers} × {heads} over {_count(maps.keys, 'token')}{looking}"

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


def _refuse_large(payload: dict, maps: AttentionMaps) -> None:
    size = len(bundle.to_json(payload)) + len(bundle.script())
    if size > bundle.MOST_BYTES:
        n_layers, n_heads, n_query, n_key = maps.weights.shape
        share = bundle.MOST_BYTES / size
        raise ValueError(
            f"This view would put {size / 1e6:.1f} MB in the page; the limit is "
            f"{bundle.MOST_BYTES / 1e6:g} MB. It has {n_layers} layers × {n_heads} heads × "
            f"{n_query} × {n_key} weights. Show fewer layers, layers=range("
            f"{max(1, int(n_layers * share))}), fewer heads, heads=[0, 1, …], or about "
            f"{int(n_key * share**0.5)} tokens."
        )
