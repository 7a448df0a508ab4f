"""A calculator to play with: a Transformer's size, its training cost, and how long that takes."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import ipywidgets as widgets
import matplotlib.pyplot as plt
from matplotlib.axes import Axes

from lmlab.scaling import Landmark, approximate_parameters, training_days, training_flops
from lmlab.viz import theme
from lmlab.viz.charts.landmarks import big_number, map_axes, trained
from lmlab.viz.figures import Picture, picture
from lmlab.viz.labels import Label, Number, place_labels
from lmlab.viz.live import show_live

# Peak FLOP/s of one device: about, for a laptop; NVIDIA's data sheets, 16-bit, without sparsity.
DEVICES = {
    "laptop (2 cores)": 1e11,
    "NVIDIA V100 (2017)": 125e12,
    "NVIDIA A100 (2020)": 312e12,
    "NVIDIA H100 (2022)": 989e12,
}
_COSTS = (1e14, 1e17, 1e20, 1e23, 1e26)  # FLOPs, drawn as lines
_NAMED = ("GPT-3", "Chinchilla", "Llama 3.1 405B", "BERT-base", "SmolLM2-135M", "LLaMA 7B")
_WIDTHS = (64, 128, 256, 512, 768, 1024, 1600, 2048, 4096, 5120, 8192, 12_288, 16_384, 20_480)
_VOCABULARIES = (256, 2000, 8000, 32_000, 50_257, 128_256, 256_000)


@dataclass(frozen=True)
class Plan:
    """A model to be trained, on what; the defaults are GPT-3's size on 1,000 A100s."""

    n_layers: int = 96
    d_model: int = 12_288
    vocab_size: int = 50_257
    tokens: Number = 300e9
    devices: int = 1000
    device: str = "NVIDIA A100 (2020)"
    utilisation: Number = 0.4

    @property
    def parameters(self) -> int:
        """By the envelope: 12 · n_layers · d_model² + vocab_size · d_model."""
        return approximate_parameters(self.n_layers, self.d_model, self.vocab_size)

    @property
    def flops(self) -> float:
        """6 · parameters · tokens."""
        return float(training_flops(self.parameters, self.tokens))

    @property
    def days(self) -> float:
        """Days of training on these devices."""
        return training_days(self.flops, self.devices, DEVICES[self.device], self.utilisation)

    def __str__(self) -> str:
        text = f"{big_number(self.parameters)} parameters, {big_number(self.tokens)} tokens"
        hardware = f"{self.devices:,} × {self.device} at {self.utilisation:.0%} of peak"
        return f"{text}: {_power(self.flops)} FLOPs,\n{_duration(self.days)} on {hardware}"


def calculator(models: Sequence[Landmark], **start: Any) -> None:
    """Show the plan `start` (fields of `Plan`) among `models`, with sliders to change it.

    The picture comes first and stays where sliders cannot work, on an exported page. Built in
    chapter 01.
    """
    show_live(lambda **values: plan_picture(models, Plan(**values)), _sliders(Plan(**start)))


def plan_picture(models: Sequence[Landmark], plan: Plan) -> Picture:
    """The plan as an orange mark among `models`, with lines of equal cost and its figures above."""
    return picture(draw_plan(models, plan), alt=f"Your plan among the landmark models: {plan}.")


def draw_plan(models: Sequence[Landmark], plan: Plan, ax: Axes | None = None) -> Axes:
    """Tokens against parameters, both log scales, with the plan and the lines of equal cost."""
    ax = theme.new_axes(8.6, 4.8) if ax is None else ax
    known = [(m.parameters_met, m.tokens) for m in trained(models)]
    with plt.rc_context(theme.style()):
        map_axes(ax, (1e4, 4e12), (1e5, 1e14))
        for cost in _COSTS:
            _cost_line(ax, cost)
        ax.plot(*zip(*known, strict=True), "o", color=theme.BLUE, alpha=0.45, markersize=5, lw=0)
        ax.plot(plan.parameters, plan.tokens, "*", color=theme.ORANGE, markersize=18, zorder=4)
        ax.set_title(str(plan), color=theme.ORANGE)
        named = [m for name in _NAMED for m in models if m.name == name]
        labels = [Label(m.parameters_met, m.tokens, m.name, theme.BLUE) for m in named]
        place_labels(ax, labels, [*known, (plan.parameters, plan.tokens)])
    return ax


def _cost_line(ax: Axes, cost: Number) -> None:
    """All sizes and texts that cost the same: tokens = cost / (6 · parameters)."""
    (left, right), (_, top) = ax.get_xlim(), ax.get_ylim()
    sizes = (left, right)
    ax.plot(sizes, [cost / 6 / size for size in sizes], color=theme.FAINT, lw=0.8, alpha=0.5,
            scalex=False, scaley=False)  # fmt: skip
    start = max(left, cost / 6 / top)
    ax.annotate(
        f"{_power(cost, 0)} FLOPs", (start, cost / 6 / start), xytext=(4, -3),
        textcoords="offset points", va="top", fontsize=8, color=theme.FAINT, rotation=-28,
        rotation_mode="anchor", annotation_clip=True,
    )  # fmt: skip


def _power(value: Number, digits: int = 1) -> str:
    """3.1e+23 as "3.1e23"."""
    return f"{value:.{digits}e}".replace("e+", "e")


def _duration(days: Number) -> str:
    """Days in the unit that suits them."""
    for unit, length in (("years", 365.25), ("days", 1), ("hours", 1 / 24), ("minutes", 1 / 1440)):
        if days >= length:
            count = days / length
            return f"{count:,.0f} {unit}" if count >= 10 else f"{count:.1f} {unit}"
    return "less than a minute"


def _sliders(plan: Plan) -> dict[str, Any]:
    """One control for each field of the plan, by its name."""
    look = {"continuous_update": False, "style": {"description_width": "11em"}}
    look["layout"] = widgets.Layout(width="100%")

    def choice(name: str, values: Sequence[int], value: int) -> Any:
        steps = sorted({*values, value})
        options = [(f"{step:,}", step) for step in steps]
        return widgets.SelectionSlider(options=options, value=value, description=name, **look)

    return {
        "n_layers": widgets.IntSlider(plan.n_layers, 1, 128, description="layers", **look),
        "d_model": choice("width (d_model)", _WIDTHS, plan.d_model),
        "vocab_size": choice("vocabulary", _VOCABULARIES, plan.vocab_size),
        "tokens": widgets.FloatLogSlider(
            plan.tokens, min=5, max=14, step=0.1, readout_format=".1e", description="tokens", **look
        ),
        "devices": choice("devices", [10**k * n for k in range(5) for n in (1, 3)], plan.devices),
        "device": widgets.Dropdown(
            options=list(DEVICES), value=plan.device, description="device",
            style=look["style"], layout=look["layout"],
        ),
        "utilisation": widgets.FloatSlider(
            plan.utilisation, min=0.05, max=1, step=0.05, readout_format=".0%",
            description="share of peak reached", **look,
        ),
    }  # fmt: skip
