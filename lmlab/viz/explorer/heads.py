"""What a head does, as numbers: how much of its attention follows each of the known patterns."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from jaxtyping import Bool, Float

# In the order in which a head that earns several badges is named.
PATTERNS = {
    "induction": "looks at what followed an earlier copy of this token",
    "duplicate": "looks at an earlier copy of this token",
    "previous": "looks at the token before",
    "next": "looks at the token after",
    "first": "looks at the first token",
    "self": "looks at itself",
}
BADGE_SCORE = 0.4  # a badge is given from this share of the attention on ...
BADGE_LIFT = 2.0  # ... and only at this many times what even attention would reach


class Badge(NamedTuple):
    """A pattern that a head follows, and the share of its attention (0 to 1) that does."""

    pattern: str
    score: float


def head_scores(
    weights: Float[np.ndarray, "layers heads query key"], tokens: Sequence[str]
) -> dict[str, Float[np.ndarray, "layers heads"]]:
    """For each pattern, each head's mean attention weight on the keys that the pattern names.

    The mean runs over the queries for which the pattern names a key at all; a pattern that names
    none (no token occurs twice) is left out. `tokens` holds one string per key; with fewer
    queries than keys the queries are the last tokens.

    Source: Elhage et al. 2021; Olsson et al. 2022 (induction). Built in chapter 5.2.
    """
    scores = {}
    for pattern, named in _named_keys(tokens, weights.shape[-2]).items():
        rows = named.any(axis=-1)
        if rows.any():
            share = (weights * named).sum(axis=-1)[..., rows]  # (layers, heads, queries with one)
            scores[pattern] = share.mean(axis=-1)
    return scores


def badges(
    weights: Float[np.ndarray, "layers heads query key"],
    tokens: Sequence[str],
    causal: bool,
) -> list[list[list[Badge]]]:
    """The badges of each head, `badges[layer][head]`, in the order of `PATTERNS`."""
    n_query, n_key = weights.shape[-2:]
    seen = np.tri(n_query, n_key, n_key - n_query) if causal else np.ones((n_query, n_key))
    even = seen / seen.sum(axis=-1, keepdims=True)  # (query, key)
    chance = head_scores(even[None, None].astype(np.float32), tokens)
    scores = head_scores(weights, tokens)
    needed = {p: max(BADGE_SCORE, BADGE_LIFT * float(chance[p][0, 0])) for p in scores}
    return [
        [
            [
                Badge(p, float(scores[p][i, j]))
                for p in PATTERNS
                if p in scores and scores[p][i, j] >= needed[p]
            ]
            for j in range(weights.shape[1])
        ]
        for i in range(weights.shape[0])
    ]


def _named_keys(tokens: Sequence[str], n_query: int) -> dict[str, Bool[np.ndarray, "query key"]]:
    """For each pattern, which keys it names for each query."""
    n_key = len(tokens)
    key = np.arange(n_key)[None, :]
    query = np.arange(n_key - n_query, n_key)[:, None]
    numbers: dict[str, int] = {}
    ids = np.array([numbers.setdefault(token, len(numbers)) for token in tokens])
    same = ids[query] == ids[key]  # (query, key): the same token at both places
    earlier_copy = same & (key < query)
    followed_copy = np.zeros_like(same)
    followed_copy[:, 1:] = earlier_copy[:, :-1]
    return {
        "induction": followed_copy & (key < query),
        "duplicate": earlier_copy,
        "previous": key == query - 1,
        "next": key == query + 1,
        "first": (key == 0) & (query > 0),
        "self": key == query,
    }
