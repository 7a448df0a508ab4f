"""Four ways to train one model on several devices: what each of them holds."""

from collections.abc import Iterable

import matplotlib.pyplot as plt
from matplotlib.axes import Axes
from matplotlib.colors import to_rgba
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from lmlab.viz import theme

_COLOURS = (theme.BLUE, theme.ORANGE, "#009e73", "#cc79a7")
_BLOCKS, _DEVICES = 4, 4
_WAYS = {
    "data": ("data parallel", "every device: all weights, other texts", "sends: gradients"),
    "tensor": (
        "tensor parallel", "a slice of every matrix, the same texts", "sends: sums, in each block",
    ),
    "pipeline": (
        "pipeline parallel", "some of the blocks, all texts in turn", "sends: the stream, onwards",
    ),
    "sharded": (
        "fully sharded", "a part of everything, fetched when needed, other texts",
        "sends: weights and gradients",
    ),
}  # fmt: skip


def parallelism(ways: Iterable[str] = tuple(_WAYS)) -> Figure:
    """Draw what each of four devices holds of a model of four blocks, a row for each way.

    `ways` are some of "data", "tensor", "pipeline" and "sharded". A device keeps what is filled;
    what is outlined lies on others. A colour stands for the texts that a device reads: one colour
    in a row says that all work on the same. Raises ValueError for other ways. Built in chapter 8.1.
    """
    ways = list(ways)
    if not ways or not set(ways) <= _WAYS.keys():
        raise ValueError(f"ways={ways}: give some of {', '.join(_WAYS)}.")
    with plt.rc_context(theme.style()):
        figure, rows = plt.subplots(
            len(ways), 1, figsize=(7.8, 1.5 * len(ways)), layout="constrained", squeeze=False
        )
        for ax, way in zip(rows[:, 0], ways, strict=True):
            ax.set(xlim=(-0.1, 8.3), ylim=(_BLOCKS + 0.1, -1.0))
            ax.set_axis_off()
            for device in range(_DEVICES):
                _draw_device(ax, way, device)
            for place, words in enumerate(_WAYS[way]):
                size, colour = (10, theme.INK) if place == 0 else (8.5, theme.FAINT)
                ax.text(4.75, 0.6 + 1.1 * place, words, va="center", fontsize=size, color=colour)
    return figure


def _draw_device(ax: Axes, way: str, device: int) -> None:
    """A column of blocks, the first at the bottom."""
    left = 1.15 * device
    text = device if way in ("data", "sharded") else 0
    ax.text(left + 0.5, -0.45, f"device {device}", ha="center", fontsize=7.5, color=theme.FAINT)
    for block in range(_BLOCKS):
        top = _BLOCKS - 1 - block
        _cell(ax, left, top, 1.0, _COLOURS[text], kept=False)
        if way == "data":
            _cell(ax, left, top, 1.0, _COLOURS[text], kept=True)
        elif way in ("tensor", "sharded"):
            _cell(ax, left + device / _DEVICES, top, 1 / _DEVICES, _COLOURS[text], kept=True)
        elif block == device:
            _cell(ax, left, top, 1.0, _COLOURS[text], kept=True)


def _cell(ax: Axes, left: float, top: int, width: float, colour: str, *, kept: bool) -> None:
    face = to_rgba(colour, 0.75) if kept else "none"
    edge = to_rgba(colour, 0.9 if kept else 0.3)
    ax.add_patch(Rectangle((left, top + 0.08), width, 0.84, facecolor=face, edgecolor=edge, lw=0.8))
