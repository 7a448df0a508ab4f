"""Queries and keys to change by hand, and what that does to the attention between them."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import ipywidgets as widgets
import torch
from torch import Tensor

from lmlab.nn.masks import causal_mask
from lmlab.viz.figures import Picture, picture
from lmlab.viz.grids import Beside, Rows, number_grid
from lmlab.viz.labels import Number
from lmlab.viz.labs.steps import Array, Steps, draw_steps
from lmlab.viz.live import show_live, slider
from lmlab.viz.tokens import show, show_all

_EDITED = 4, 8  # the widest and the most vectors that are typed in number by number
_LENGTHS = (0, 0.25, 0.5, 1, 2, 4, 8)


def qk_view(
    q: Array,
    k: Array,
    tokens: Iterable[Any],
    *,
    mask: Array | None = None,
    key_tokens: Iterable[Any] | None = None,
    v: Array | None = None,
) -> None:
    """Show the four steps of attention (`attention_steps`), with q and k to be changed.

    In a live notebook small q and k are tables to type in; of larger ones, a slider changes the
    length of the framed query. The scale and the mask can be switched. The first picture stays on
    an exported page. Arguments and errors as in `attention_steps`. Built in chapter 2.2.
    """
    given = Steps.of(q, k, tokens, mask, key_tokens, v)
    masks = _masks(given, crossed=key_tokens is not None)

    def draw(query: int, scaled: bool, mask: str, **changed: Any) -> Picture:
        steps = replace(given, scaled=scaled, mask=masks[mask], **_vectors(given, query, **changed))
        return picture(draw_steps(steps, query), _alt(steps, query))

    show_live(draw, _controls(given, masks))


def _controls(given: Steps, masks: dict[str, Tensor | None]) -> dict[str, Any]:
    rows = [(f"{place}: {show(token)}", place) for place, token in enumerate(given.queries)]
    first = "none" if given.mask is None else "as given"
    wide = {"style": {"description_width": "8em"}}
    return {
        **_editors(given),
        "query": widgets.Dropdown(options=rows, value=rows[-1][1], description="query", **wide),
        "scaled": widgets.Checkbox(True, description="divide by √d_k", **wide),
        "mask": widgets.Dropdown(options=list(masks), value=first, description="mask", **wide),
    }


def _editors(given: Steps) -> dict[str, Any]:
    """Two tables for what is small, a slider for what is not."""
    widest, most = _EDITED
    if given.q.size(-1) > widest or max(len(given.q), len(given.k)) > most:
        return {"length": slider("query × ", _LENGTHS, 1)}
    channels = [str(channel) for channel in range(given.q.size(-1))]
    tables = (("q", given.q, given.queries), ("k", given.k, given.keys))
    grids = [number_grid(_rows(x), show_all(names), channels, name) for name, x, names in tables]
    return {"vectors": Beside(*grids)}


def _vectors(
    given: Steps, query: int, vectors: tuple[Rows, Rows] | None = None, length: Number = 1
) -> dict[str, Tensor]:
    """q and k as the controls have them."""
    if vectors is not None:
        return {"q": _edited(given.q, vectors[0]), "k": _edited(given.k, vectors[1])}
    q = given.q.clone()
    q[query] *= length
    return {"q": q}


def _edited(given: Tensor, rows: Rows) -> Tensor:
    """The numbers in the table; those that nobody has changed, with all their digits."""
    numbers = torch.tensor(rows, dtype=torch.float32)
    return torch.where(numbers == torch.tensor(_rows(given)), given, numbers)


def _rows(matrix: Tensor) -> Rows:
    """The numbers as a table shows them."""
    return tuple(tuple(round(number, 2) for number in row) for row in matrix.tolist())


def _masks(given: Steps, crossed: bool) -> dict[str, Tensor | None]:
    """The masks to choose from, by name; in cross-attention there is no order to be causal in."""
    masks: dict[str, Tensor | None] = {} if given.mask is None else {"as given": given.mask}
    if not crossed:
        masks["causal"] = causal_mask(len(given.q), len(given.k))
    return {**masks, "none": None}


def _alt(steps: Steps, query: int) -> str:
    stages = {
        "scores": steps.scores,
        "scaled": steps.scaled_scores,
        "masked": steps.masked_scores,
        "weights": steps.weights,
    }
    told = (
        f"{name} " + ", ".join(f"{number:z.2f}" for number in rows[query].tolist())
        for name, rows in stages.items()
    )
    sums = ", ".join(f"{total:.2f}" for total in steps.weights.sum(dim=-1).tolist())
    return (
        f"Attention in four steps over the keys {' '.join(show_all(steps.keys))}. The query "
        f"{show(steps.queries[query])}: {'; '.join(told)}. Sums of the rows of weights: {sums}."
    )
