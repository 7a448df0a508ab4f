"""A loss of two weights as a map, and the ways that optimisers take on it."""

from collections.abc import Callable, Mapping, Sequence
from itertools import cycle
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import torch
from matplotlib.axes import Axes
from torch import Tensor

from lmlab.viz import theme
from lmlab.viz.figures import Picture, picture
from lmlab.viz.labels import Label, Number, place_labels
from lmlab.viz.lines import COLOURS
from lmlab.viz.live import show_live, slider

Loss = Callable[[Tensor], Tensor]
"""From points, (..., 2), to their losses, (...)."""
Paths = Mapping[str, Tensor]
"""For each name, the points that were visited, (points, 2)."""
Limits = tuple[tuple[Number, Number], tuple[Number, Number]]
"""(left, right), (bottom, top)."""

_GRID = 160
_LEVELS = 14


def descent_lab(
    loss: Loss, paths: Paths, limits: Limits, *, step: int | None = None, best: Any = None
) -> None:
    """Show how far each optimiser has come, with a slider for the step; `step` is the first shown.

    `paths` holds what `lmlab.training.descent.descent_path` returns. The first picture, of the last
    step if none is given, stays on an exported page. Built in chapter 3.2.
    """
    last = max(len(path) for path in paths.values()) - 1
    steps = sorted({round(last * (place / 20) ** 2) for place in range(21)})  # dense at first

    def draw(step: int) -> Picture:
        axes = descent_paths(loss, paths, limits, step=step, best=best)
        return picture(axes, _alt(loss, paths, step))

    show_live(draw, {"step": slider("step", steps, last if step is None else step)})


def descent_paths(
    loss: Loss,
    paths: Paths,
    limits: Limits,
    *,
    step: int | None = None,
    best: Sequence[Number] | None = None,
) -> Axes:
    """The loss as a map of shades and lines, and each path on it up to `step` (all of it).

    `best`, the lowest point, is marked with a cross. Raises ValueError when a path is not of points
    (w₁, w₂). Built in chapter 3.2.
    """
    for name, path in paths.items():
        if path.ndim != 2 or path.size(1) != 2:
            raise ValueError(
                f"the path of {name} has shape {tuple(path.shape)}; a landscape shows points of "
                "two weights, (points, 2)."
            )
    axes = theme.new_axes(7.2, 4.6)
    with plt.rc_context(theme.style()):
        _map(axes, loss, limits)
        ends = [
            _path(axes, name, path if step is None else path[: step + 1], colour)
            for (name, path), colour in zip(paths.items(), cycle(COLOURS), strict=False)
        ]
        if best is not None:
            axes.plot(*best, "x", color=theme.INK, markersize=9, mew=2, zorder=4)
        steps = max(map(len, paths.values())) - 1 if step is None else step
        axes.set(xlabel="weight w₁", ylabel="weight w₂", xlim=limits[0], ylim=limits[1])
        axes.set_title(f"after {steps} step{'s'[: steps != 1]}")
        place_labels(axes, ends, [(end.x, end.y) for end in ends])
    return axes


def _map(axes: Axes, loss: Loss, limits: Limits) -> None:
    """Shades of equal steps in log(loss), so that the bottom of a valley is seen too.

    They are grey, for the colours belong to the paths.
    """
    x, y = (torch.linspace(*(float(end) for end in side), _GRID) for side in limits)
    points = torch.stack(torch.meshgrid(x, y, indexing="xy"), dim=-1)  # (y, x, 2)
    heights = loss(points).double().clamp(min=1e-12).log10().numpy()
    low = max(float(heights.min()), float(heights.max()) - 4)
    levels = np.linspace(low, float(heights.max()), _LEVELS)
    axes.contourf(x, y, heights, levels=levels, cmap="Greys", alpha=0.35, extend="min")
    axes.contour(x, y, heights, levels=levels, colors=theme.FAINT, linewidths=0.4)


def _path(axes: Axes, name: str, path: Tensor, colour: str) -> Label:
    line = path.detach().double().numpy()
    axes.plot(*line.T, "o-", color=colour, lw=1.5, markersize=2.5, alpha=0.85)
    axes.plot(*line[-1], "o", color=colour, markersize=8, zorder=3)
    return Label(float(line[-1, 0]), float(line[-1, 1]), name, colour)


def _alt(loss: Loss, paths: Paths, step: int) -> str:
    losses = {name: float(loss(path[min(step, len(path) - 1)])) for name, path in paths.items()}
    order = sorted(losses, key=losses.get)
    told = ", ".join(f"{name} {losses[name]:.2g}" for name in order)
    return f"Paths of optimisers on a map of the loss. Loss after {step} steps: {told}."
