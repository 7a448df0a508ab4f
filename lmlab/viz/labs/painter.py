"""A mask to look at and to paint: which query may look at which key."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import ipywidgets as widgets
import matplotlib.pyplot as plt
import numpy as np
import torch
from jaxtyping import Bool
from matplotlib.axes import Axes
from matplotlib.colors import ListedColormap
from matplotlib.figure import Figure
from torch import Tensor

from lmlab.nn.masks import causal_mask, padding_mask, window_mask
from lmlab.viz import theme
from lmlab.viz.figures import Picture, picture
from lmlab.viz.grids import Rows, toggle_grid
from lmlab.viz.labs.steps import Array
from lmlab.viz.live import show_live
from lmlab.viz.tokens import show, show_all

_MOST = 12  # tokens: a switch for each pair
_ALL_WELL = "every row sees a key, and none its own future"


class MaskPainter:
    """A mask that is painted with switches; make one with `mask_painter`.

    The last line of a cell shows it.
    """

    def __init__(self, tokens: Sequence[str], mask: Tensor, goal: Tensor | None):
        self.tokens, self.goal = tokens, goal
        names = [f"{place} {show(token, 12)}" for place, token in enumerate(tokens)]
        self._grid = toggle_grid(_rows(mask), names, show_all(tokens))

    @property
    def mask(self) -> Bool[Tensor, "query key"]:
        """The mask as it is painted now, True where a query may look at a key."""
        return torch.tensor(self._grid.value, dtype=torch.bool)

    def paint(self, mask: Array) -> None:
        """Paint `mask` (query, key) over the whole."""
        self._grid.value = _rows(_checked(mask, self.tokens))

    def _ipython_display_(self) -> None:
        show_live(self._draw, {"painted": self._grid}, self._presets())

    def _draw(self, painted: Rows) -> Picture:
        mask = torch.tensor(painted)
        figure = mask_picture(mask, self.tokens, goal=self.goal)
        return picture(figure, _alt(mask, self.tokens, self.goal))

    def __repr__(self) -> str:
        return _alt(self.mask, self.tokens, self.goal)

    def _presets(self) -> widgets.Box:
        """Buttons that paint the usual masks; the slider says how wide a window is."""
        size = widgets.IntSlider(
            min(2, len(self.tokens)), 1, len(self.tokens), description="size",
            style={"description_width": "3em"},
        )  # fmt: skip
        buttons = []
        for name, make in _PRESETS.items():
            button = widgets.Button(description=name, layout={"width": "auto"})
            button.on_click(lambda _, make=make: self.paint(make(len(self.tokens), size.value)))
            buttons.append(button)
        return widgets.Box([*buttons, size], layout={"flex_flow": "row wrap"})


def mask_painter(
    tokens: Iterable[Any], mask: Array | None = None, goal: Array | None = None
) -> MaskPainter:
    """A mask over up to 12 tokens to be painted with switches, below a picture of it.

    Rows are queries, columns keys. It begins as `mask`, or with nothing to be seen. With a `goal`
    the picture counts the squares that differ from it. `.mask` is the mask painted, for later
    cells. Shown by the last line of a cell; the picture stays on an exported page.

    Raises ValueError when the tokens are too many or a mask does not fit. Built in chapter 2.2.
    """
    tokens = [str(token) for token in tokens]
    if not 1 <= len(tokens) <= _MOST:
        raise ValueError(
            f"{len(tokens)} tokens were given: give 1 to {_MOST}, for there is a switch for each "
            "pair. mask_picture shows larger masks."
        )
    start = torch.zeros(len(tokens), len(tokens), dtype=torch.bool) if mask is None else mask
    return MaskPainter(
        tokens, _checked(start, tokens), None if goal is None else _checked(goal, tokens)
    )


def mask_picture(mask: Array, tokens: Iterable[Any], *, goal: Array | None = None) -> Figure:
    """Who sees whom: blue where the query of the row may look at the key of the column.

    `mask` is Bool (query, key), True where a query may look; `tokens` name both. Beside it stands
    in words what may be a mistake: a row that sees nothing, a position that sees its own future,
    a key that nobody sees. With a `goal`, squares that differ from it are crossed and counted.

    Raises ValueError when a mask does not fit the tokens. Built in chapter 2.2.
    """
    tokens = [str(token) for token in tokens]
    mask = _checked(mask, tokens)
    goal = None if goal is None else _checked(goal, tokens)
    side = min(5.0, 1.3 + 0.32 * len(tokens))
    with plt.rc_context(theme.style()):
        figure, (ax, words) = plt.subplots(
            1, 2, figsize=(8.6, max(side, 2.6)), layout="constrained", width_ratios=(1, 1.1)
        )
        _draw_mask(ax, mask, tokens)
        if goal is not None:
            queries, keys = np.nonzero((mask != goal).numpy())
            ax.plot(keys, queries, "X", color=theme.ORANGE, markersize=9, markeredgecolor="white")
        ax.set_title(_headline(mask, goal), fontweight="bold")
        words.set_axis_off()
        warnings = _warnings(mask, tokens) or [_ALL_WELL]
        for line, warning in enumerate(warnings):
            words.annotate(
                theme.drawable(warning, 56), (0, 1), (0, -18 * line), va="top", fontsize=9,
                xycoords="axes fraction", textcoords="offset points",
                color=theme.INK if warning == _ALL_WELL else theme.ORANGE,
            )  # fmt: skip
    return figure


def _draw_mask(ax: Axes, mask: Tensor, tokens: Sequence[str]) -> None:
    n = len(tokens)
    ax.imshow(mask.numpy(), cmap=ListedColormap(["#e4e2dc", theme.BLUE]), vmin=0, vmax=1)
    names = [theme.drawable(show(token), 9) for token in tokens]
    ax.set_xticks(range(n), names, rotation=90, fontsize=9)
    ax.set_yticks(range(n), [f"{name}  {place}" for place, name in enumerate(names)], fontsize=9)
    edges = np.arange(n + 1) - 0.5
    ax.hlines(edges, -0.5, n - 0.5, color=theme.CARD, lw=1.5)
    ax.vlines(edges, -0.5, n - 0.5, color=theme.CARD, lw=1.5)
    ax.tick_params(length=0, labelcolor=theme.INK)
    ax.spines[:].set_visible(False)
    ax.set(xlabel="key", ylabel="query")


def _headline(mask: Tensor, goal: Tensor | None) -> str:
    seen = f"{int(mask.sum())} of {mask.numel()} squares are seen"
    if goal is None:
        return seen
    differ = int((mask != goal).sum())
    told = f"{differ} differ{'s'[differ > 1 :]} from the goal" if differ else "this is the goal"
    return f"{seen} · {told}"


def _warnings(mask: Tensor, tokens: Sequence[str]) -> list[str]:
    """What may be a mistake in the mask, in lines."""
    names = show_all(token if len(token) < 9 else f"{token[:7]}…" for token in tokens)
    ahead = mask & ~causal_mask(len(tokens))
    blind, early = _places(~mask.any(dim=1)), _places(ahead.any(dim=1))
    unseen = _places(~mask.any(dim=0))

    def future(row: int) -> str:
        return " ".join(names[key] for key in _places(ahead[row]))

    return [
        *_each(blind, lambda row: f"row {row} ({names[row]}) sees nothing", "rows see nothing"),
        *_each(
            early, lambda row: f"position {row} ({names[row]}) sees its own future: {future(row)}",
            "positions see their own future",
        ),
        *_each(unseen, lambda key: f"nobody sees key {key} ({names[key]})", "keys are never seen"),
    ]  # fmt: skip


def _each(places: list[int], line: Callable[[int], str], together: str) -> list[str]:
    """A line for each place; for many places, one for them together."""
    few = len(places) <= 3
    return [line(place) for place in places] if few else [f"{len(places)} {together}"]


def _places(flags: Tensor) -> list[int]:
    return flags.nonzero().flatten().tolist()


def _alt(mask: Tensor, tokens: Sequence[str], goal: Tensor | None) -> str:
    rows = "; ".join(
        f"{show(token)} sees {' '.join(show(tokens[key]) for key in _places(row)) or 'nothing'}"
        for token, row in zip(tokens, mask, strict=True)
    )
    warnings = "; ".join(_warnings(mask, tokens) or [_ALL_WELL])
    return f"A mask: {_headline(mask, goal)}. {rows}. {warnings}."


def _padding(n: int, size: int) -> Bool[Tensor, "query key"]:
    """Every query sees the first `size` keys; the others are padding."""
    return padding_mask(torch.tensor([size]), n).expand(n, n)


_PRESETS = {
    "causal": lambda n, size: causal_mask(n),
    "all": lambda n, size: torch.ones(n, n, dtype=torch.bool),
    "nothing": lambda n, size: torch.zeros(n, n, dtype=torch.bool),
    "window (size)": lambda n, size: window_mask(n, n, size),
    "padding after (size)": _padding,
}


def _checked(mask: Array, tokens: Sequence[str]) -> Bool[Tensor, "query key"]:
    mask = torch.as_tensor(mask)
    n = len(tokens)
    if mask.shape != (n, n) or mask.dtype != torch.bool:
        raise ValueError(
            f"the mask has shape {tuple(mask.shape)} and holds {mask.dtype}; for {n} tokens give "
            f"Bool numbers ({n}, {n}), True where the query of the row may look at the key."
        )
    return mask


def _rows(mask: Tensor) -> Rows:
    return tuple(map(tuple, mask.tolist()))
