"""Badges: the known patterns that a head follows, by how much of its attention does."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import torch
from jaxtyping import Float

from lmlab.interpret import patterns

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
    """`lmlab.interpret.head_scores` of an array; `tokens` holds one string for each key."""
    numbers: dict[str, int] = {}
    ids = torch.tensor([numbers.setdefault(token, len(numbers)) for token in tokens])
    scores = patterns.head_scores(torch.tensor(weights), ids)
    return {pattern: score.numpy() for pattern, score in scores.items()}


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
