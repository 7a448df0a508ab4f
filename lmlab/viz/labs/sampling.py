"""What temperature, top-k and top-p do to a distribution, before a token is drawn from it."""

from collections.abc import Callable, Sequence
from typing import Any

import matplotlib.pyplot as plt
import torch
from matplotlib.figure import Figure
from torch import Tensor

from lmlab.viz import theme
from lmlab.viz.bars import Bar, draw_bars, word
from lmlab.viz.draws import Logits, Sampling
from lmlab.viz.figures import Picture, picture
from lmlab.viz.live import show_live, slider, text_box
from lmlab.viz.tokens import show

_TEMPERATURES = [step / 10 for step in range(21)]
_TOP_K = [1, 2, 3, 5, 10, 20, 50, 100, 200, 500]
_TOP_P = [step / 20 for step in range(1, 20)]


def sampling_lab(
    logits: Logits | Callable[[str], Logits], tokens: Sequence[str], text: str = "", **start: Any
) -> None:
    """Show the next token's distribution before and after the cuts, with sliders for them.

    `logits`, one number for each of `tokens`, or a function that gives them for a text: then there
    is a box to type in, which begins with `text`. `start` holds fields of `Sampling`. The first
    picture stays on an exported page. Built in chapter 2.1.
    """
    settings = Sampling(**start)
    off = {"top_k": len(tokens), "top_p": 1.0}  # keep all: the right ends of two sliders
    controls: dict[str, Any] = {"text": text_box(text)} if callable(logits) else {}
    controls["temperature"] = slider("temperature", _TEMPERATURES, settings.temperature)
    for name, steps in (("top_k", _TOP_K), ("top_p", _TOP_P)):
        value = min(getattr(settings, name) or off[name], off[name])
        controls[name] = slider(name.replace("_", "-"), steps, value, off[name])
    controls["seed"] = slider("seed", range(20), settings.seed)

    def draw(text: str = "", **values: Any) -> Picture:
        given = logits(text) if callable(logits) else logits
        chosen = {name: None if value == off.get(name) else value for name, value in values.items()}
        settings = Sampling(**chosen)
        return picture(sampling_bars(given, tokens, settings), _alt(given, tokens, settings))

    show_live(draw, controls)


def sampling_bars(
    logits: Logits, tokens: Sequence[str], settings: Sampling, *, top: int = 20
) -> Figure:
    """The model's `top` most probable tokens as bars, before and after the cuts, and a few draws.

    Orange are the tokens that are cut; grey, all others together. Raises ValueError when there is
    not one logit for each token, or a setting makes no sense. Built in chapter 2.1.
    """
    if len(logits) != len(tokens):
        raise ValueError(
            f"{len(logits)} logits and {len(tokens)} tokens were given; give one logit a token."
        )
    before, after = Sampling().after(logits), settings.after(logits)
    best = before.argsort(descending=True, stable=True)[:top].tolist()
    longest = float(torch.maximum(before, after).max())
    with plt.rc_context(theme.style()):
        size = (8.6, 0.2 * len(best) + 1.9)
        figure, axes = plt.subplots(1, 2, figsize=size, layout="constrained")
        for ax, name, probs in zip(axes, ("before", "after"), (before, after), strict=True):
            draw_bars(ax, _bars(probs, after, best, tokens), len(best) + 1)
            ax.set(xlim=(0, longest), xticks=(0, longest), xticklabels=(0, f"{longest:.2f}"))
            ax.set_title(f"{name}: {_measures(probs)}", fontweight="bold")
            ax.set_xlabel("probability of the next token", color=theme.FAINT, fontsize=9)
        figure.suptitle(str(settings), x=0.01, ha="left", fontsize=11)
        drawn = "  ".join(word(tokens[i]) for i in settings.draws(logits))
        figure.supxlabel(
            f"drawn with seed {settings.seed}:  {drawn}", x=0.01, ha="left", fontsize=10
        )
    return figure


def _bars(probs: Tensor, after: Tensor, best: Sequence[int], tokens: Sequence[str]) -> list[Bar]:
    """A bar for each of the `best`, orange where nothing is left `after`; the last for the rest."""
    bars = []
    for i in best:
        label = f"{word(tokens[i])} {probs[i]:.2f}" if probs[i] > 0 else f"{word(tokens[i])} cut"
        bars.append(Bar(label, float(probs[i]), theme.BLUE if after[i] > 0 else theme.ORANGE))
    rest = probs.index_fill(0, torch.tensor(best), 0.0)
    others = f"{int((rest > 0).sum()):,} others {rest.sum():.2f}"
    return [*bars, Bar(others, float(rest.sum()), theme.FAINT)]


def _measures(probs: Tensor) -> str:
    """How many tokens are possible, and the entropy."""
    left = probs[probs > 0]
    bits = abs(float((left * left.log2()).sum()))
    return f"{len(left):,} token{'s'[: len(left) > 1]}, {bits:.2f} bits"


def _alt(logits: Logits, tokens: Sequence[str], settings: Sampling) -> str:
    before, after = Sampling().after(logits), settings.after(logits)
    best = after.argsort(descending=True, stable=True)[:5].tolist()
    likeliest = ", ".join(f"{show(tokens[i])} {after[i]:.2f}" for i in best if after[i] > 0)
    drawn = " ".join(show(tokens[i]) for i in settings.draws(logits))
    return (
        f"{settings}. Before: {_measures(before)}; after: {_measures(after)}. Likeliest: "
        f"{likeliest}. Drawn with seed {settings.seed}: {drawn}."
    )
