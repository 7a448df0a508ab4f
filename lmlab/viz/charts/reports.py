"""How well models and baselines do at a task, with the intervals that chance leaves."""

from collections.abc import Sequence

import matplotlib.pyplot as plt
from matplotlib.axes import Axes

from lmlab.tasks.evaluation import Report
from lmlab.viz import theme

_MARKS = ("o", "D", "s", "^")
_APART = 0.8  # of a row: the marks of one model share it


def compare_reports(
    reports: Sequence[Report], metric: str | None = None, *, ax: Axes | None = None
) -> Axes:
    """Draw the score of each report as a mark with its 95 % interval: a row for each model.

    The model of the first report is drawn in blue, the others, its baselines, in grey. Reports of
    one model on several splits share its row, each split with a mark of its own, named in the
    first row. `metric` is the task's first unless it is named. Draws on `ax`, or on a new figure,
    and returns the axes. Used throughout chapter 6.
    """
    if not reports:
        raise ValueError("there is no report to draw; give at least one.")
    metric = metric or reports[0].main
    models = list(dict.fromkeys(report.model for report in reports))
    splits = list(dict.fromkeys(report.split for report in reports))
    if len(splits) > len(_MARKS):
        raise ValueError(f"{len(splits)} splits are too many to tell apart; {len(_MARKS)} fit.")
    ax = theme.new_axes(7.4, 0.3 * len(models) * len(splits) + 1.0) if ax is None else ax
    with plt.rc_context(theme.style()):
        for report in reports:
            row, of = models.index(report.model), splits.index(report.split)
            place = row + _APART * ((of + 0.5) / len(splits) - 0.5)
            label = report.split if row == 0 and len(splits) > 1 else ""
            colour = theme.FAINT if row else theme.BLUE
            _mark(ax, report[metric], place, _MARKS[of], colour, label)
        ax.set(ylim=(len(models) - 0.4, -0.6), xlim=(0, _right(reports, metric)))
        ax.set_yticks(range(len(models)), [theme.drawable(name, 40) for name in models])
        ax.tick_params(axis="y", length=0, labelcolor=theme.INK)
        ax.get_yticklabels()[0].set_color(theme.BLUE)
        ax.set_xlabel(_axis(reports[0], metric, splits))
        ax.spines["left"].set_visible(False)
        ax.grid(axis="x", color=theme.FAINT, alpha=0.2)
    return ax


def _mark(ax: Axes, estimate, place: float, marker: str, colour: str, label: str) -> None:
    ax.hlines(place, estimate.low, estimate.high, color=colour, lw=2.2, alpha=0.5)
    ax.plot(estimate.value, place, marker, color=colour, markersize=6, clip_on=False)
    ax.annotate(
        f"{estimate.value:.1f} {label}".rstrip(),
        (estimate.high, place),
        xytext=(7, 0),
        textcoords="offset points",
        va="center",
        fontsize=8.5,
        color=colour,
    )


def _right(reports: Sequence[Report], metric: str) -> float:
    """Where the axis ends: with room for the numbers."""
    return 1.25 * max(max(report[metric].high for report in reports), 1.0)


def _axis(report: Report, metric: str, splits: Sequence[str]) -> str:
    better = ", lower is better" if report.metrics[metric].lower_is_better else ""
    where = f", {splits[0]}" if len(splits) == 1 else ""
    return f"{metric} in {report.task}, out of 100{better}{where} (bars: 95 % intervals)"
