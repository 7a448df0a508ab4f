"""How much noise? Secrets and usefulness of runs that were measured, and what ε promises."""

from collections.abc import Mapping, Sequence

import ipywidgets as widgets
import matplotlib.pyplot as plt
from matplotlib.axes import Axes

from lmlab.training.privacy import group_privacy
from lmlab.viz import theme
from lmlab.viz.charts.privacy import exposure_by_copies
from lmlab.viz.figures import Picture, picture
from lmlab.viz.live import show_live

Run = Mapping[str, object]
"""What `tasks.memorisation.averaged` gives: name, epsilon, loss, exposures."""


def privacy_lab(runs: Sequence[Run], most: float, beside: str, delta: float = 1e-4) -> None:
    """Choose a run, and see what it gives away beside another one, named `beside`.

    Each run was measured; nothing is trained. `copies` says what ε is left for a secret that stands
    in so many texts. Built in chapter 8.2.
    """
    names = [run["name"] for run in runs]
    if beside not in names:
        raise ValueError(f"beside={beside!r} is none of the runs: {', '.join(names)}.")
    private = [run["name"] for run in runs if run["epsilon"] is not None]
    start = private[len(private) // 2] if private else names[0]
    look = {"style": {"description_width": "6em"}, "layout": widgets.Layout(width="100%")}
    controls = {
        "name": widgets.SelectionSlider(options=names, value=start, description="run", **look),
        "copies": widgets.IntSlider(1, 1, 16, description="copies", **look),
    }
    by_name = dict(zip(names, runs, strict=True))

    def draw(name: str, copies: int) -> Picture:
        run, other = by_name[name], by_name[beside]
        said = promise(run, copies, delta)
        return picture(draw_run(run, other, most, said), alt=f"{name}, {said}")

    show_live(draw, controls)


def draw_run(run: Run, other: Run, most: float, title: str) -> Axes:
    """The exposures of a run, in orange, beside those of the other, in blue."""
    series = {f"{other['name']}, loss {other['loss']:.2f}": other["exposures"]}
    if run["name"] != other["name"]:
        series[f"{run['name']}, loss {run['loss']:.2f}"] = run["exposures"]
    axes = exposure_by_copies(series, most)
    with plt.rc_context(theme.style()):
        axes.set_title(title, fontsize=10)
    return axes


def promise(run: Run, copies: int, delta: float) -> str:
    """What is promised for a secret of so many copies, in words."""
    if run["epsilon"] is None:
        return "without noise nothing is promised: ε is infinite"
    epsilon, left = group_privacy(run["epsilon"], delta, copies)
    said = f"ε = {run['epsilon']:.1f} for one text"
    if copies == 1:
        return said
    if left >= 1:
        return f"{said}; for {copies} copies δ is above 1, and nothing is promised"
    return f"{said}; for {copies} copies ε = {epsilon:.1f}, δ = {left:.0e}"
