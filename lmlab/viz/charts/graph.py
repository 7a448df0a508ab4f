"""A small expression as a graph: values flow to the right, gradients back to the left."""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes

from lmlab.autograd.engine import Node, inputs_first
from lmlab.viz import theme

_MOST = 24  # nodes that can still be read


def expression_graph(output: Node) -> Axes:
    """Every node that `output` was computed from: its name, its value and, below, its gradient.

    Gradients are those of the latest `backward`. Raises ValueError when there are too many nodes to
    be read. Built in chapter 3.2.
    """
    nodes = inputs_first(output)
    if len(nodes) > _MOST:
        raise ValueError(
            f"the graph has {len(nodes)} nodes; {_MOST} can be read: draw a smaller expression."
        )
    places = _places(nodes)
    columns = 1 + max(x for x, _ in places.values())
    rows = 1 + max(abs(2 * y) for _, y in places.values())
    axes = theme.new_axes(max(4.5, 1.5 * columns), max(1.6, 0.85 * rows))
    with plt.rc_context(theme.style()):
        for node in nodes:
            for parent in node.parents:
                _arrow(axes, places[id(parent)], places[id(node)])
            _box(axes, node, *places[id(node)])
        axes.set(xlim=(-0.5, columns - 0.5), ylim=(-rows / 2, rows / 2))
        axes.set_axis_off()
    return axes


def _places(nodes: list[Node]) -> dict[int, tuple[int, float]]:
    """Each node one column right of its last parent; the nodes of a column around the middle.

    An input stands one column left of the first node that needs it.
    """
    column: dict[int, int] = {}
    for node in nodes:
        column[id(node)] = 1 + max((column[id(parent)] for parent in node.parents), default=-1)
    for node in nodes:
        if not node.parents:
            users = [column[id(user)] for user in nodes if node in user.parents]
            column[id(node)] = min(users, default=1) - 1
    places = {}
    for x in set(column.values()):
        here = [node for node in nodes if column[id(node)] == x]
        for row, node in enumerate(here):
            places[id(node)] = (x, (len(here) - 1) / 2 - row)
    return places


def _arrow(axes: Axes, start: tuple[int, float], end: tuple[int, float]) -> None:
    axes.annotate(
        "", (end[0] - 0.34, end[1]), xytext=(start[0] + 0.34, start[1]),
        arrowprops={"arrowstyle": "->", "color": theme.FAINT},
    )  # fmt: skip


def _box(axes: Axes, node: Node, x: int, y: float) -> None:
    name = node.name or "constant"
    axes.text(
        x, y, f"{name}\n{_short(node.value)}", ha="center", va="bottom", fontsize=9,
        color=theme.INK,
    )  # fmt: skip
    axes.text(
        x, y, f"gradient {_short(node.grad)}", ha="center", va="top", fontsize=9,
        color=theme.ORANGE,
    )  # fmt: skip


def _short(array: np.ndarray) -> str:
    """A number; of an array, its shape."""
    return f"{float(array):.3g}" if np.ndim(array) == 0 else "×".join(map(str, np.shape(array)))
