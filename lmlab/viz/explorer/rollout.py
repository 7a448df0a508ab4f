"""Attention rollout beside the raw weights of each layer."""

from collections.abc import Iterable
from typing import Any

from lmlab.viz.explorer.compare import CompareView, where_they_differ
from lmlab.viz.explorer.maps import AttentionMaps


def rollout(
    attention: Any,
    tokens: Iterable[Any],
    *,
    layer: int | None = None,
    query: int | None = None,
    title: str | None = None,
    live: bool = False,
) -> "RolloutView":
    """Show, layer by layer, from which tokens a position has been fed: attention rollout.

    Beside it, for each layer, the raw weights: the mean over its heads. Where the two differ,
    earlier layers have mixed what this layer looks at.

    Args:
        attention: weights of all layers, as `head_view` takes them, of a text over itself.
        tokens: one string for each position.
        layer: the layer shown first; by default the last one.
        query, title, live: as for `head_view`.

    Returns a `RolloutView`. Raises ValueError as `head_view` does, and when queries and keys differ
    in number. Source: Abnar & Zuidema 2020 (`lmlab.interpret.rollout`). Built in chapter 5.2.
    """
    maps = AttentionMaps.read(attention, tokens)
    if len(maps.queries) != len(maps.keys):
        raise ValueError(
            f"the weights are {len(maps.queries)} × {len(maps.keys)}; rollout follows a text "
            "that looks at itself, all of it: run the model without a cache."
        )
    raw, rolled = _layers(maps)
    layer = maps.layers[-1] if layer is None else layer
    start = where_they_differ(raw, rolled, layer, 0, query)
    names = ("raw weights", "rollout")
    return RolloutView(raw, rolled, names, start, title or "Attention rollout", live)


class RolloutView(CompareView):
    """Raw weights and rollout, one map of each for a layer; `selected.head` is always 0."""

    small = "second"
    merged = True


def _layers(maps: AttentionMaps) -> tuple[AttentionMaps, AttentionMaps]:
    """The mean over heads and the rollout, (layers, 1, query, key) each."""
    import torch

    from lmlab.interpret.rollout import rollout

    rolled = rollout(torch.tensor(maps.weights)).numpy()  # (layers, query, key)
    both = maps.weights.mean(axis=1), rolled
    return tuple(AttentionMaps.read(each[:, None], maps.keys) for each in both)
