"""What every attention view is made from: weights, tokens, and where to look first."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
from jaxtyping import Float

from lmlab.viz.explorer.heads import PATTERNS, Badge, badges, head_scores
from lmlab.viz.explorer.inputs import attention_array, kept, token_labels
from lmlab.viz.explorer.packing import is_causal, pack
from lmlab.viz.tokens import show_all


class Selection(NamedTuple):
    """What a view shows: layer and head by number, query and key by position."""

    layer: int
    head: int
    query: int
    key: int


class Moment(NamedTuple):
    """What a timeline shows: a step of the training, and a `Selection` there."""

    step: int
    layer: int
    head: int
    query: int
    key: int


Place = Selection | Moment


@dataclass(frozen=True)
class AttentionMaps:
    """Attention weights of one text, read and checked, with the names of their axes.

    Make one with `AttentionMaps.read`. `weights` has shape (layers, heads, query, key); `layers`
    and `heads` hold their numbers in the model, `keys` and `queries` their tokens. `crossed` is
    true when the queries are another text than the keys.
    """

    weights: Float[np.ndarray, "layers heads query key"]
    layers: list[int]
    heads: list[int]
    keys: list[str]
    queries: list[str]
    crossed: bool

    @classmethod
    def read(
        cls,
        attention: Any,
        tokens: Iterable[Any],
        layers: Iterable[int] | int | None = None,
        heads: Iterable[int] | int | None = None,
        query_tokens: Iterable[Any] | None = None,
    ) -> "AttentionMaps":
        """From whatever holds attention (`attention_array` lists the forms); ValueError if bad."""
        weights = attention_array(attention)
        keys, queries = token_labels(tokens, weights, query_tokens)
        layers = kept(layers, weights.shape[0], "layers")
        heads = kept(heads, weights.shape[1], "heads")
        weights = weights[np.ix_(layers, heads)]
        return cls(weights, layers, heads, keys, queries, crossed=query_tokens is not None)

    @cached_property
    def causal(self) -> bool:
        """True when no query looks at a later token."""
        return not self.crossed and is_causal(self.weights)

    @cached_property
    def badges(self) -> list[list[list[Badge]]]:
        """The patterns that each head follows, `badges[row][column]` of the grid."""
        if self.crossed:  # the patterns are about one text looking at itself
            return [[[] for _ in self.heads] for _ in self.layers]
        return badges(self.weights, self.keys, self.causal)

    @cached_property
    def scores(self) -> dict[str, Float[np.ndarray, "layers heads"]]:
        """For each pattern that the text has a place for, each head's share of it (0 to 1)."""
        if self.crossed:
            return {}
        scores = head_scores(self.weights, self.keys)
        return {name: of for name, of in scores.items() if not (self.causal and name == "next")}

    @cached_property
    def entropy(self) -> Float[np.ndarray, "layers heads"]:
        """How spread each head's attention is, in nats: the mean over its queries."""
        import torch

        from lmlab.interpret.patterns import attention_entropy

        return attention_entropy(torch.tensor(self.weights)).numpy()

    @property
    def offset(self) -> int:
        """The key position of the first query: 0, unless a cache answered for earlier tokens."""
        return 0 if self.crossed else len(self.keys) - len(self.queries)

    def pattern(self, layer: int, head: int) -> Float[np.ndarray, "query key"]:
        """One head's weights, by its numbers in the model."""
        return self.weights[self.layers.index(layer), self.heads.index(head)]

    def head_badges(self, layer: int, head: int) -> list[Badge]:
        """One head's badges, by its numbers in the model."""
        return self.badges[self.layers.index(layer)][self.heads.index(head)]

    def with_pattern(self, pattern: str) -> list[tuple[float, int, int]]:
        """The heads that follow a pattern, strongest first: (share, layer, head)."""
        found = [
            (badge.score, layer, head)
            for layer, row in zip(self.layers, self.badges, strict=True)
            for head, earned in zip(self.heads, row, strict=True)
            for badge in earned
            if badge.pattern == pattern
        ]
        return sorted(found, key=lambda item: (-item[0], item[1:]))

    def select(
        self, layer: int | None = None, head: int | None = None, query: int | None = None
    ) -> Selection:
        """Complete a selection: a head with a telling pattern, its most decided query."""
        layer, head = self._choose_head(layer, head)
        weights = self.pattern(layer, head)
        if query is None:
            query = self._most_decided(weights)
        elif not 0 <= query < len(self.queries):
            raise ValueError(f"query={query} was given; there are queries 0 to {len(weights) - 1}.")
        return Selection(layer, head, query, int(weights[query].argmax()))

    def top(self, selection: Place, n: int = 5) -> list[tuple[int, float]]:
        """The keys that the selected query attends to most: (position, weight)."""
        row = self.pattern(selection.layer, selection.head)[selection.query]
        return [(int(key), float(row[key])) for key in np.argsort(-row, kind="stable")[:n]]

    def payload(self) -> dict:
        """What the page's script reads, JSON-ready."""
        return {
            "layers": self.layers,
            "heads": self.heads,
            "keys": show_all(self.keys),
            "queries": show_all(self.queries) if self.crossed else None,
            "offset": self.offset,
            "causal": self.causal,
            "badges": self.badges_in_percent(),
            "patterns": PATTERNS,
            "weights": pack(self.weights, self.causal),
        }

    def badges_in_percent(self) -> list[list[list[tuple[str, int]]]]:
        """The badges as a page holds them: pattern and percent."""
        return [
            [[(badge.pattern, round(100 * badge.score)) for badge in earned] for earned in row]
            for row in self.badges
        ]

    def _choose_head(self, layer: int | None, head: int | None) -> tuple[int, int]:
        for name, given, names in (("layer", layer, self.layers), ("head", head, self.heads)):
            if given is not None and given not in names:
                raise ValueError(f"{name}={given} was given; the view has {name}s {_span(names)}.")
        for pattern in PATTERNS:
            for _, i, j in self.with_pattern(pattern):
                if layer in (None, i) and head in (None, j):
                    return i, j
        return (self.layers[0] if layer is None else layer, self.heads[0] if head is None else head)

    def _most_decided(self, weights: Float[np.ndarray, "query key"]) -> int:
        """The query with the strongest look at a token other than the first and itself."""
        elsewhere = weights.copy()
        if not self.crossed:
            elsewhere[:, 0] = 0
            rows = np.arange(len(elsewhere))
            elsewhere[rows, rows + self.offset] = 0
        strongest = elsewhere.max(axis=-1)
        return int(strongest.argmax()) if strongest.any() else len(elsewhere) - 1


def _span(numbers: list[int]) -> str:
    unbroken = numbers == list(range(numbers[0], numbers[-1] + 1))
    return f"{numbers[0]} to {numbers[-1]}" if unbroken else ", ".join(map(str, numbers))
