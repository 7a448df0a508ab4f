"""The logit lens as a view: what the model would say after each layer, at each token."""

from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import Any

import numpy as np
from jaxtyping import Float, Int

from lmlab.viz.explorer.cells import (
    draw_cells,
    in_print,
    require_few,
    require_place,
    table_of_numbers,
    token_names,
)
from lmlab.viz.explorer.distributions import distributions, likeliest, require_vocabulary
from lmlab.viz.explorer.view import View
from lmlab.viz.tokens import show

_AXES = ("layers + 1", "time", "vocab_size")


def logit_lens(
    logits: Any,
    vocabulary: Sequence[str],
    tokens: Iterable[Any],
    *,
    layer: int | None = None,
    position: int | None = None,
    top: int = 5,
    title: str | None = None,
    live: bool = False,
) -> "LogitLensView":
    """Show what a model would say after each layer: its likeliest next token at each position.

    Args:
        logits: (layers + 1, time, vocab_size), the embedding first and the model's own last, as
            `lmlab.interpret.logit_lens` gives them (of a batch, text 0 is shown); or probabilities.
        vocabulary: the printable token of each id: `tokenizer.tokens(range(vocab_size))`.
        tokens: one string for each position: `tokenizer.tokens(ids)`.
        layer: the row shown first, 0 for the embedding; by default the one from which on the last
            position keeps to its answer.
        position: the position shown first; by default the last.
        top: so many tokens of each cell travel with the page.
        title: a line above the view.
        live: in a notebook with a running kernel, let `view.selected` follow the clicks.

    Raises ValueError when the numbers do not fit, or are too many for one table. Built in chapter
    5.2.
    """
    if getattr(logits, "ndim", 0) == 4:  # (layers + 1, batch, time, vocab_size)
        logits = logits[:, 0]
    values = table_of_numbers(logits, "the logits", _AXES)
    n_layers, n_tokens, vocab_size = values.shape
    names = token_names(tokens, n_tokens, "logits")
    require_vocabulary(vocabulary, vocab_size)
    require_few(n_layers, n_tokens, "Show part of the text: logits[:, -40:] and tokens[-40:].")
    lens = Lens(values, top)
    position = n_tokens - 1 if position is None else position
    require_place({"position": position}, [n_tokens])
    place = {"layer": lens.decided(position) if layer is None else layer, "position": position}
    require_place(place, values.shape[:2])
    return LogitLensView(lens, vocabulary, names, place, title or "Logit lens", live)


class Lens:
    """Of each cell (layer, position): the likeliest tokens, and how the final answer fares."""

    ids: Int[np.ndarray, "layers time top"]
    shares: Float[np.ndarray, "layers time top"]
    ranks: Int[np.ndarray, "layers time"]
    """Of the final answer, the token that the model itself finds likeliest; 1 is the top."""
    final: Float[np.ndarray, "layers time"]
    """The probability of the final answer."""

    def __init__(self, logits: Float[np.ndarray, "layers time vocab_size"], top: int):
        answers = logits[-1].argmax(axis=-1)[:, None]  # (time, 1)
        cells = [_cells(layer, answers, top) for layer in logits]  # by layer, to need less memory
        self.ids, self.shares, self.ranks, self.final = map(np.stack, zip(*cells, strict=True))
        self.vocab_size = logits.shape[-1]

    def decided(self, position: int) -> int:
        """The first row from which on the top token is the final answer."""
        other = np.flatnonzero(self.ids[:, position, 0] != self.ids[-1, position, 0])
        return int(other[-1]) + 1 if other.size else 0


class LogitLensView(View):
    """A table of layers and positions; `selected` is the layer and position in view.

    Layer 0 is the embedding, layer n what the stream holds after n blocks.
    """

    scripts = ("core", "signs", "cells", "bars", "logit_lens")

    def __init__(
        self,
        lens: Lens,
        vocabulary: Sequence[str],
        tokens: list[str],
        place: dict[str, int],
        title: str,
        live: bool = False,
    ):
        self.lens, self.tokens, self.place = lens, tokens, place
        self.rows = ["embedding", *(f"layer {i}" for i in range(len(lens.ids) - 1))]
        self.names = {int(i): show(vocabulary[i]) for i in np.unique(lens.ids)}
        super().__init__(title, place, self._data(), live)

    def _data(self) -> dict[str, Any]:
        number = {token: n for n, token in enumerate(self.names)}
        return {
            "about": f"the likeliest next token after each layer · {len(self.tokens)} tokens",
            "label": "Likeliest next token: a row for each layer, a column for each token read",
            "axes": list(self.place),
            "rows": self.rows,
            "columns": [[token] for token in self.tokens],
            "lines": ["reads"],
            "names": list(self.names.values()),
            "top": [[[number[i] for i in c] for c in row] for row in self.lens.ids.tolist()],
            "share": [in_print(row) for row in self.lens.shares],
            "rank": self.lens.ranks.tolist(),
            "final_share": in_print(self.lens.final),
            "vocab_size": self.lens.vocab_size,
        }

    @cached_property
    def png(self) -> bytes:
        """A still picture: the table, coloured by the probability of each cell's top token."""
        return _still(self)

    @property
    def alt(self) -> str:
        """What the picture shows, and where the last answer is decided."""
        return f"{self._size()}. {self._story(len(self.tokens) - 1)}."

    def narrowing(self, share: float) -> str:
        """Fewer tokens, or fewer of the likeliest."""
        return f"Show fewer tokens, logits[:, -{max(1, int(len(self.tokens) * share))}:], or top=3."

    def __repr__(self) -> str:
        lines = [f"{self.title}: {self._size()}"]
        lines += [self._story(j) for j in range(len(self.tokens))[-10:]]
        return "\n".join(lines)

    def top_token(self, layer: int, position: int) -> str:
        """The likeliest token of a cell."""
        return self.names[int(self.lens.ids[layer, position, 0])]

    def _size(self) -> str:
        return (
            f"The likeliest next token after each of {len(self.rows) - 1} layers at "
            f"{len(self.tokens)} tokens"
        )

    def _story(self, j: int) -> str:
        row = self.lens.decided(j)
        since = "from the start" if row == 0 else f"from {self.rows[row]} on"
        return (
            f"After {self.tokens[j]} ({j}) the answer is {self.top_token(-1, j)} "
            f"({self.lens.shares[-1, j, 0]:.0%}), on top {since}"
        )


def _cells(logits: np.ndarray, answers: np.ndarray, top: int) -> tuple[np.ndarray, ...]:
    """One layer: the likeliest ids, their probabilities, rank and probability of the answers."""
    probabilities = distributions(logits)  # (time, vocab_size)
    ids = likeliest(probabilities, top)
    final = np.take_along_axis(probabilities, answers, -1)  # (time, 1)
    ranks = 1 + (probabilities > final).sum(axis=-1)
    return ids, np.take_along_axis(probabilities, ids, -1), ranks, final[:, 0]


def _still(view: LogitLensView) -> bytes:
    import matplotlib.pyplot as plt
    from matplotlib.figure import Figure

    from lmlab.viz import theme
    from lmlab.viz.figures import to_png

    n_rows, n_columns = view.lens.ranks.shape
    with plt.rc_context(theme.style()):
        height = min(9.0, 1.6 + 0.3 * n_rows)
        figure = Figure(figsize=(min(10.0, 3.2 + 0.62 * n_columns), height), layout="constrained")
        ax = figure.subplots()
        texts = [[view.top_token(i, j) for j in range(n_columns)] for i in range(n_rows)]
        look = {"colours": theme.MAGNITUDE, "norm": theme.weight_scale(), "texts": texts}
        draw_cells(ax, view.lens.shares[..., 0], view.rows, view.tokens, **look)
        ax.set_xlabel("token read")
        bar = figure.colorbar(ax.images[0], ax=ax, label="probability of the top token")
        bar.outline.set_visible(False)
        ax.set_title(theme.drawable(view.title, 80))
        return to_png(figure)
