"""The course of a training run, after it and while it runs."""

import sys
import time
from collections.abc import Mapping, Sequence
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from lmlab.viz import theme
from lmlab.viz.figures import picture

_AXIS = {"step": "training step", "seconds": "training time (s)", "tokens": "tokens seen"}
_UNITS = {"nats": "loss (nats per token)", "bits": "loss (bits per character)"}
_PAUSE = 0.5  # seconds between two drawings of a live curve, at least
_SHARE = 10  # a drawing may cost one part in this many of the time


def loss_curve(
    history: Sequence[Mapping[str, Any]],
    ax: Axes | None = None,
    *,
    x: str = "step",
    unit: str | None = None,
) -> Axes:
    """Draw training and validation loss from a training run's `history`.

    `history` is a list of rows with "step" and any of "train_loss", "validation_loss",
    "bits_per_char", "seconds", "tokens". `x` is "step", "seconds" or "tokens"; `unit` "nats" (per
    token) or "bits" (per character), by default bits where the history knows them. Training loss
    is turned into bits per character with the validation text's tokens per character. Draws on
    `ax`, or on a new figure, and returns the axes.

    Raises ValueError for an unknown name or a history without losses. Built in chapter 05.
    """
    if x not in _AXIS or unit not in (None, *_UNITS):
        raise ValueError(f"x={x!r}, unit={unit!r}; x is one of {[*_AXIS]}, unit of {[*_UNITS]}.")
    lines, unit = _lines(history, x, unit)
    ax = theme.new_axes(6.4, 3.8) if ax is None else ax
    with plt.rc_context(theme.style()):
        _draw(ax, lines)
        ax.set(xlabel=_AXIS[x], ylabel=_UNITS[unit])
    return ax


class LiveCurve:
    """A training callback that draws the loss while it falls, in one place of a notebook.

        train(model, tokens, config, callbacks=[LiveCurve()])

    It redraws at most twice a second and takes at most a tenth of the time; outside a notebook it
    does nothing. Built in chapter 05.
    """

    def __init__(self, *, x: str = "step", unit: str | None = None):
        self.rows: list[Mapping[str, Any]] = []
        self._options = {"x": x, "unit": unit}
        self._display = None
        self._next = 0.0

    def on_step(self, row: Mapping[str, Any]) -> None:
        """Take one row of the history, and redraw if it is time."""
        self.rows.append(dict(row))
        started = time.monotonic()
        if started >= self._next and _in_notebook() and self._draw():
            self._next = time.monotonic() + max(_PAUSE, _SHARE * (time.monotonic() - started))

    def on_end(self, result: Any = None) -> None:
        """Draw once more, so that the last rows are seen."""
        if self.rows and _in_notebook():
            self._draw()

    def _draw(self) -> bool:
        if not _has_losses(self.rows):
            return False
        from IPython.display import display

        with plt.rc_context(theme.style()):
            figure = Figure(figsize=(6.4, 3.8), layout="constrained")
            loss_curve(self.rows, figure.subplots(), **self._options)
            shown = picture(figure, "The loss of the model in training, step by step.")
        if self._display is None:
            self._display = display(shown, display_id=True)
        else:
            self._display.update(shown)
        return True


def _has_losses(history: Sequence[Mapping[str, Any]]) -> bool:
    return any("train_loss" in row or "validation_loss" in row for row in history)


def _lines(history, x: str, unit: str | None) -> tuple[dict[str, np.ndarray], str]:
    """For each line its points, (n, 2), and the unit they are in."""
    rows = [row for row in history if x in row]
    if not _has_losses(rows):
        raise ValueError(
            f'history has no row with "{x}" and "train_loss" or "validation_loss"; give '
            "TrainingResult.history."
        )
    ratios = [
        row["bits_per_char"] / row["validation_loss"]
        for row in rows
        if row.get("bits_per_char") and row.get("validation_loss")
    ]
    if unit == "bits" and not ratios:
        raise ValueError("history has no bits_per_char; use unit='nats'.")
    unit = unit or ("bits" if ratios else "nats")
    scale = ratios[-1] if unit == "bits" else 1.0
    points = {
        label: np.array([(row[x], scale * row[key]) for row in rows if row.get(key) is not None])
        for label, key in (("train", "train_loss"), ("validation", "validation_loss"))
    }
    return {label: line for label, line in points.items() if len(line)}, unit


def _draw(ax: Axes, lines: dict[str, np.ndarray]) -> None:
    colours = {"train": theme.BLUE, "validation": theme.ORANGE}
    ends = []
    for label, line in lines.items():
        colour = colours[label]
        if label == "train" and len(line) > 60:
            ax.plot(*line.T, color=colour, lw=0.7, alpha=0.3)  # each batch is a noisy estimate
            line = _smooth(line)
        marker = "o" if label == "validation" else None
        ax.plot(*line.T, color=colour, lw=2, marker=marker, markersize=4)
        ends.append((line[-1], label, colour))
    _label(ax, ends)
    ax.grid(axis="y", color=theme.FAINT, alpha=0.2)


def _label(ax: Axes, ends) -> None:
    """Name the lines at their right ends, the upper one above and the lower one below."""
    ends.sort(key=lambda end: end[0][1])
    for place, (point, label, colour) in enumerate(ends):
        shift = (place - (len(ends) - 1) / 2) * 14  # points
        ax.annotate(
            f"{label} {point[1]:.2f}", point, xytext=(8, shift), textcoords="offset points",
            color=colour, va="center", annotation_clip=False,
        )  # fmt: skip
    left, right = ax.get_xlim()
    ax.set_xticks([tick for tick in ax.get_xticks() if left <= tick <= right])
    ax.set_xlim(left, right + 0.2 * (right - left))  # room for the names


def _smooth(line: np.ndarray) -> np.ndarray:
    """A running mean over a twentieth of the line."""
    width = max(1, len(line) // 20)
    mean = np.convolve(line[:, 1], np.ones(width) / width, mode="valid")
    return np.column_stack([line[width - 1 :, 0], mean])


def _in_notebook() -> bool:
    """True when a Jupyter kernel runs this code."""
    shell = sys.modules["IPython"].get_ipython() if "IPython" in sys.modules else None
    return hasattr(shell, "kernel")
