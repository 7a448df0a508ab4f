"""Sinusoidal positions: a fingerprint for each place, and how alike two of them are."""

import matplotlib.pyplot as plt
import torch
from jaxtyping import Float
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from torch import Tensor

from lmlab.nn.positions import sinusoidal_positions
from lmlab.viz import theme
from lmlab.viz.figures import Picture, picture
from lmlab.viz.live import show_live, slider

_WIDTHS = (8, 16, 32, 64, 128)


def sinusoid_lab(position: int = 20, d_model: int = 32, n_positions: int = 64) -> None:
    """Show the sinusoidal vector of a position among all others, with sliders for it and the width.

    The first picture stays on an exported page. Built in chapter 2.3.
    """

    def draw(position: int, d_model: int) -> Picture:
        figure = sinusoid_picture(position, d_model, n_positions)
        return picture(figure, _alt(position, d_model, n_positions))

    controls = {
        "position": slider("position", range(n_positions), position),
        "d_model": slider("width d_model", _WIDTHS, d_model),
    }
    show_live(draw, controls)


def sinusoid_picture(position: int, d_model: int = 32, n_positions: int = 64) -> Figure:
    """All positions × channels as a heat map, one position as a line, its product with the others.

    Raises ValueError when the position is not among the `n_positions`. Source: Vaswani et al.
    2017, section 3.5 (arXiv 1706.03762). Built in chapter 2.3.
    """
    table = _table(position, d_model, n_positions)
    with plt.rc_context(theme.style()):
        figure, axes = plt.subplot_mosaic(
            [["table", "vector"], ["table", "products"]], figsize=(8.6, 4.4),
            layout="constrained", width_ratios=(1.1, 1),
        )  # fmt: skip
        _draw_table(axes["table"], table, position)
        _draw_vector(axes["vector"], table[position], position)
        _draw_products(axes["products"], table @ table[position], position)
    return figure


def _draw_table(ax: Axes, table: Tensor, position: int) -> None:
    image = ax.imshow(
        table.numpy(), cmap=theme.SIGN, vmin=-1, vmax=1, aspect="auto", interpolation="nearest"
    )
    ax.axhline(position, color=theme.ORANGE, lw=2)
    ax.set(xlabel="channel", ylabel="position")
    ax.set_title("a vector for each position")
    bar = ax.figure.colorbar(image, ax=ax, ticks=(-1, 0, 1), shrink=0.5)
    bar.outline.set_visible(False)


def _draw_vector(ax: Axes, vector: Tensor, position: int) -> None:
    channels = torch.arange(len(vector))
    for name, start, colour in (("sine", 0, theme.BLUE), ("cosine", 1, theme.FAINT)):
        ax.plot(channels[start::2], vector[start::2], "o-", color=colour, markersize=3, lw=1)
        ax.annotate(
            name, (channels[start::2][-1], vector[start::2][-1]), (6, 0), color=colour,
            textcoords="offset points", va="center", fontsize=9, annotation_clip=False,
        )  # fmt: skip
    ax.set(ylim=(-1.1, 1.1), yticks=(-1, 0, 1), xlabel="channel")
    ax.set_title(f"the vector of position {position}", color=theme.ORANGE)


def _draw_products(ax: Axes, products: Tensor, position: int) -> None:
    ax.plot(products, color=theme.BLUE)
    ax.plot(position, products[position], "o", color=theme.ORANGE, markersize=9)
    ax.annotate(
        f"itself: {products[position]:g}", (position, products[position]), (9, -3),
        textcoords="offset points", color=theme.ORANGE, fontsize=9,
    )  # fmt: skip
    ax.set(xlabel="other position", xlim=(-1, len(products)))
    ax.xaxis.get_major_locator().set_params(integer=True)
    ax.set_title("its dot product with each position")


def _table(position: int, d_model: int, n_positions: int) -> Float[Tensor, "position channel"]:
    if not 0 <= position < n_positions:
        raise ValueError(f"position={position} was given; there are 0 to {n_positions - 1}.")
    return sinusoidal_positions(torch.arange(n_positions), d_model)


def _alt(position: int, d_model: int, n_positions: int) -> str:
    table = _table(position, d_model, n_positions)
    products = table @ table[position]
    told = ", ".join(
        f"{products[other]:.1f} with position {other}"
        for other in (position, position + 1, position + 4, position + 16)
        if other < n_positions
    )
    first = ", ".join(f"{number:z.2f}" for number in table[position, :4].tolist())
    return (
        f"Sinusoidal positions 0 to {n_positions - 1}, {d_model} channels. The vector of position "
        f"{position} begins {first}. Its dot product is {told}."
    )
