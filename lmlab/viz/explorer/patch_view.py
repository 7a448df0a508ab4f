"""Activation patching as a view: which tensor of the clean text brings its answer back."""

from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import Any

import numpy as np
from jaxtyping import Float

from lmlab.viz.explorer.cells import (
    draw_cells,
    in_print,
    largest,
    require_few,
    require_place,
    signed_colours,
    table_of_numbers,
)
from lmlab.viz.explorer.view import View
from lmlab.viz.tokens import show_all

_NAMES = {"resid": "residual stream", "attn.out": "attention output", "mlp.out": "MLP output"}
_HEADS = "attn.heads"
_STRONGEST = 8


def patch_view(
    shares: Any,
    clean_tokens: Iterable[Any],
    corrupt_tokens: Iterable[Any],
    *,
    what: str = "resid",
    layer: int | None = None,
    place: int | None = None,
    title: str | None = None,
    live: bool = False,
) -> "PatchView":
    """Show how much of the clean answer each patched tensor brings back.

    Args:
        shares: (layers, positions) or (layers, heads), as `lmlab.interpret.patch` gives them: 0
            where the answer stays that of the corrupt text, 1 where it is that of the clean one.
        clean_tokens: the clean text, one string for each position.
        corrupt_tokens: the other text; tokens that differ are marked.
        what: what was patched, as `patch` was told; "attn.heads" makes the columns heads.
        layer: the row shown first; by default that of the strongest cell.
        place: the column shown first.
        title: a line above the view.
        live: in a notebook with a running kernel, let `view.selected` follow the clicks.

    Raises ValueError when shares and tokens do not fit. Built in chapter 5.2.
    """
    if what != _HEADS and what not in _NAMES:
        raise ValueError(f"what={what!r} is none of {', '.join([*_NAMES, _HEADS])}.")
    heads = what == _HEADS
    values = table_of_numbers(shares, "the shares", ("layers", "heads" if heads else "positions"))
    texts = show_all(map(str, clean_tokens)), show_all(map(str, corrupt_tokens))
    _check_texts(*texts, columns=len(texts[0]) if heads else values.shape[1])
    require_few(*values.shape, "Show part of it: shares[:, -40:], and the same tokens of both.")
    row, column = _strongest(values, what)[0]
    start = {
        "layer": row if layer is None else layer,
        "head" if heads else "position": column if place is None else place,
    }
    require_place(start, values.shape)
    return PatchView(values, texts, what, start, title or "Activation patching", live)


class PatchView(View):
    """A table of layers and positions, or heads; `selected` is the cell in view."""

    scripts = ("core", "signs", "cells", "patch_view")

    def __init__(
        self,
        shares: Float[np.ndarray, "layers places"],
        texts: tuple[list[str], list[str]],
        what: str,
        start: dict[str, int],
        title: str,
        live: bool = False,
    ):
        self.shares, self.texts, self.start = shares, texts, start
        self.strongest = _strongest(shares, what)
        self.what = _NAMES.get(what, "head output")
        self.by_head = what == _HEADS
        self.rows = [f"layer {i}" for i in range(len(shares))]
        super().__init__(title, start, self._data(), live)

    @property
    def differing(self) -> list[int]:
        """The positions at which the two texts have different tokens."""
        return [j for j, (one, other) in enumerate(zip(*self.texts, strict=True)) if one != other]

    def _data(self) -> dict[str, Any]:
        heads = [[str(j)] for j in range(self.shares.shape[1])]
        return {
            "about": f"{self.what} of the clean text put into the corrupt one",
            "label": f"Share brought back: a row for each layer, a column for each {self._column}",
            "axes": list(self.start),
            "rows": self.rows,
            "columns": heads if self.by_head else list(zip(*self.texts, strict=True)),
            "lines": ["head"] if self.by_head else ["clean", "corrupt"],
            "marked": [] if self.by_head else self.differing,
            "texts": self._texts() if self.by_head else {},
            "what": self.what,
            "shares": in_print(self.shares),
            "scale": largest(self.shares),
            "strongest": self.strongest,
        }

    def _texts(self) -> dict[str, list[tuple[str, bool]]]:
        """Both texts, each token with whether it differs."""
        return {
            name: [(token, j in self.differing) for j, token in enumerate(text)]
            for name, text in zip(("clean", "corrupt"), self.texts, strict=True)
        }

    @property
    def _column(self) -> str:
        return "head" if self.by_head else "position"

    @cached_property
    def png(self) -> bytes:
        """A still picture: the shares as a table, both texts below it."""
        return _still(self)

    @property
    def alt(self) -> str:
        """What was patched, and which cell brings back most."""
        return (
            f"{self.title}: {self.what}, {self._size()}. Most is brought back by {self._told(0)}."
        )

    def narrowing(self, share: float) -> str:
        """Fewer columns."""
        kept = max(1, int(self.shares.shape[1] * share))
        return f"Show {kept} columns: shares[:, :{kept}], and as many tokens."

    def __repr__(self) -> str:
        lines = [f"{self.title}: {self.what}, {self._size()}", *map(" ".join, self.texts)]
        return "\n".join([*lines, *(self._told(n) for n in range(len(self.strongest)))])

    def _size(self) -> str:
        n_layers, n_columns = self.shares.shape
        return f"{n_layers} layers × {n_columns} {self._column}s"

    def _told(self, n: int) -> str:
        i, j = self.strongest[n]
        tokens = "" if self.by_head else f" ({self.texts[1][j]} → {self.texts[0][j]})"
        return f"layer {i}, {self._column} {j}{tokens}: {self.shares[i, j]:.2f}"


def _strongest(shares: Float[np.ndarray, "layers places"], what: str) -> list[tuple[int, int]]:
    """The cells that bring back most, (layer, column), strongest first.

    Without the last layer's stream, which is the answer itself and says nothing.
    """
    within = shares[:-1] if what == "resid" and len(shares) > 1 else shares
    order = np.argsort(-np.abs(within), axis=None, kind="stable")[:_STRONGEST]
    rows, columns = np.unravel_index(order, within.shape)
    return list(zip(rows.tolist(), columns.tolist(), strict=True))


def _check_texts(clean: Sequence[str], corrupt: Sequence[str], columns: int) -> None:
    if len(clean) != len(corrupt):
        raise ValueError(
            f"the clean text has {len(clean)} tokens and the corrupt one {len(corrupt)}; patching "
            "needs as many of both."
        )
    if len(clean) != columns:
        raise ValueError(
            f"{len(clean)} tokens were given for shares with {columns} columns. If these are "
            f"heads, say what={_HEADS!r}."
        )


def _still(view: PatchView) -> bytes:
    import matplotlib.pyplot as plt
    from matplotlib.figure import Figure

    from lmlab.viz import theme
    from lmlab.viz.figures import to_png

    n_rows, n_columns = view.shares.shape
    with plt.rc_context(theme.style()):
        size = (min(10.0, 3.2 + 0.62 * n_columns), min(9.0, 2.0 + 0.3 * n_rows))
        figure = Figure(figsize=size, layout="constrained")
        ax = figure.subplots()
        texts = [[f"{share:.2f}" for share in row] for row in view.shares.round(2) + 0.0]
        clean, corrupt = view.texts
        names = [a if a == b else f"{b} → {a}" for a, b in zip(clean, corrupt, strict=True)]
        names = [str(j) for j in range(n_columns)] if view.by_head else names
        draw_cells(ax, view.shares, view.rows, names, texts=texts, **signed_colours(view.shares))
        ax.set_xlabel("head" if view.by_head else "token, corrupt → clean where they differ")
        bar = figure.colorbar(ax.images[0], ax=ax, label="share brought back")
        bar.outline.set_visible(False)
        ax.set_title(theme.drawable(view.title, 80))
        return to_png(figure)
