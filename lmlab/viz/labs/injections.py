"""What one more sentence does to an answer, and how much is looked at each part of the text."""

from collections.abc import Callable, Mapping
from typing import Protocol, runtime_checkable

import matplotlib.pyplot as plt
from matplotlib.figure import Figure

from lmlab.viz import theme
from lmlab.viz.figures import Picture, picture
from lmlab.viz.live import show_live, text_box
from lmlab.viz.tokens import show


@runtime_checkable
class Look(Protocol):
    """What a model makes of a text with one more sentence: any object with these two."""

    answer: str
    shares: Mapping[str, tuple[float, float]]
    """For each part its share of the tokens, and of the attention; 0 to 1."""


def injection_lab(look: Callable[[str, str], Look], text: str, added: str) -> None:
    """Show what a model answers, and what it looks at; change the text, or what is added to it.

    `look(text, added)` may raise ValueError, which is shown in words. The first picture stays on an
    exported page. Built in chapter 8.2.
    """
    boxes = {"text": text_box(text), "added": text_box(added)}
    boxes["text"].rows, boxes["added"].description = 5, "added"

    def draw(text: str, added: str) -> Picture:
        found = look(text, added)
        return picture(share_picture(found), _alt(found))

    show_live(draw, boxes)


def share_picture(found: Look) -> Figure:
    """For each part a bar of the attention on it, and a mark at what its length alone would get.

    Raises ValueError when there is no part. Built in chapter 8.2.
    """
    if not found.shares:
        raise ValueError("there is no part to draw; give at least one.")
    tokens, attention = zip(*found.shares.values(), strict=True)
    rows = range(len(found.shares))
    with plt.rc_context(theme.style()):
        figure, axes = plt.subplots(figsize=(7.2, 0.42 * len(rows) + 1.1), layout="constrained")
        axes.barh(rows, [100 * x for x in attention], height=0.62, color=theme.BLUE, alpha=0.45)
        axes.plot([100 * x for x in tokens], rows, "|", color=theme.ORANGE, ms=17, mew=2.4)
        for row, share in enumerate(attention):
            axes.text(100 * share + 1.2, row, f"{100 * share:.1f}", va="center")
        axes.set_yticks(rows, [theme.drawable(name, 30) for name in found.shares])
        axes.set_ylim(len(rows) - 0.5, -0.5)
        axes.set_xlim(0, 115 * max(*tokens, *attention))
        axes.set_xlabel("% of the attention (bar), and of the tokens (orange mark)")
        axes.tick_params(axis="y", length=0)
        axes.set_title(f"answer: {_spelt(found.answer)}", loc="left")
    return figure


def _spelt(answer: str) -> str:
    return theme.drawable(show(answer, 70).replace("·", " "), 70) if answer else "(no answer)"


def _alt(found: Look) -> str:
    shares = ", ".join(
        f"{name} {100 * share:.0f} % with {100 * length:.0f} % of the tokens"
        for name, (length, share) in found.shares.items()
    )
    return f"The answer is “{_spelt(found.answer)}”. Attention: {shares}."
