"""Tables of numbers with a row for each layer: read, checked, and drawn as a still picture."""

import math
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from jaxtyping import Float

from lmlab.viz.tokens import show_all

MOST_CELLS = 1500  # of one table in a page
_MOST_TEXTS = 400  # of one picture


def table_of_numbers(values: Any, what: str, axes: Sequence[str]) -> Float[np.ndarray, "..."]:
    """An array or tensor as float32, checked to have these axes and nothing but finite numbers.

    `what` names the values in an error, a ValueError.
    """
    if hasattr(values, "detach"):  # a torch tensor, without importing torch
        values = values.detach().cpu().float().numpy()
    array = np.asarray(values, dtype=np.float32)
    if array.ndim != len(axes) or not array.size:
        raise ValueError(f"{what} have shape {array.shape}; give ({', '.join(axes)}).")
    if not np.isfinite(array).all():
        raise ValueError(f"{what} hold NaN or infinity; check the model and the text.")
    return array


def token_names(tokens: Iterable[Any], count: int, of: str) -> list[str]:
    """The tokens as they are shown; ValueError when they are not `count`, the columns of `of`."""
    names = show_all([tokens] if isinstance(tokens, str) else map(str, tokens))
    if len(names) != count:
        raise ValueError(
            f"{len(names)} tokens were given, and {of} for {count}. Give one string for each "
            "position: tokenizer.tokens(ids)."
        )
    return names


def require_few(rows: int, columns: int, narrower: str) -> None:
    """Raise ValueError, with the way out, when a table has too many cells."""
    if rows * columns > MOST_CELLS:
        raise ValueError(
            f"{rows} rows × {columns} columns are {rows * columns:,} cells; a view holds at most "
            f"{MOST_CELLS:,}. {narrower}"
        )


def require_place(place: dict[str, int], shape: Sequence[int]) -> None:
    """Raise ValueError when one of the numbers that choose a cell is outside the table."""
    for (name, at), count in zip(place.items(), shape, strict=True):
        if not 0 <= at < count:
            raise ValueError(f"{name}={at} was given; the view has {name}s 0 to {count - 1}.")


def draw_cells(
    ax,
    values: Float[np.ndarray, "rows columns"],
    rows: Sequence[str],
    columns: Sequence[str],
    *,
    colours,
    norm,
    texts: Sequence[Sequence[str]],
) -> None:
    """Draw the table on `ax`: colour for each value, names on its sides, texts in its cells."""
    from lmlab.viz import theme

    image = ax.imshow(values, cmap=colours, norm=norm, aspect="auto", interpolation="nearest")
    small = 8 if len(columns) <= 24 else 6
    ax.set_xticks(range(len(columns)), [theme.drawable(name) for name in columns], fontsize=small)
    ax.set_yticks(range(len(rows)), rows, fontsize=8 if len(rows) <= 24 else 6)
    if max(map(len, columns)) > 4:
        ax.tick_params(axis="x", labelrotation=90 if len(columns) > 12 else 30)
    ax.tick_params(length=0, labelcolor=theme.INK)
    ax.spines[:].set_visible(False)
    if values.size <= _MOST_TEXTS:
        shades = image.to_rgba(values)[..., :3] ** 2.2 @ (0.2126, 0.7152, 0.0722)
        for (i, j), shade in np.ndenumerate(shades):
            text, colour = theme.drawable(texts[i][j], 8), "black" if shade > 0.179 else "white"
            ax.text(j, i, text, ha="center", va="center", color=colour, fontsize=small - 1)


def signed_colours(values: Float[np.ndarray, "..."]) -> dict[str, Any]:
    """Blue to orange for `draw_cells`: zero has the card's colour, the ends are ±the largest."""
    from matplotlib.colors import Normalize

    from lmlab.viz import theme

    scale = largest(values)
    return {"colours": theme.SIGN, "norm": Normalize(-scale, scale)}


def largest(values: Float[np.ndarray, "..."]) -> float:
    """The largest size of a value, to four digits; 1 where all are zero."""
    return float(f"{np.abs(values).max():.4g}") or 1.0


def in_print(values: Float[np.ndarray, "rows columns"]) -> list[list[float]]:
    """The numbers as a page holds them: to a thousandth of the largest, or finer."""
    places = 3 - math.floor(math.log10(largest(values)))
    return (np.round(values.astype(float), places) + 0.0).tolist()  # turns -0 into 0
