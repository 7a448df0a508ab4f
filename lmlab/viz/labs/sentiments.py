"""What a classifier says of a text, and which words made it say so."""

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol, runtime_checkable

import matplotlib.pyplot as plt
from matplotlib.figure import Figure

from lmlab.viz import theme
from lmlab.viz.bars import Bar, draw_bars
from lmlab.viz.figures import Picture, picture
from lmlab.viz.live import show_live, text_box
from lmlab.viz.pages import PAGE_WIDTH, draw_page, page_height, set_page, shade

_BAR = 0.24  # inches
_GAP = 0.3


@runtime_checkable
class Judged(Protocol):
    """What a model makes of a text: any object with these three."""

    tokens: Sequence[str]
    weights: Sequence[float]
    """How much each token speaks for what the model says; against it, below 0."""
    shares: Mapping[str, float]
    """Each label and its probability."""


def sentiment_lab(judge: Callable[[str], Judged], text: str) -> None:
    """Show what a model says of a text, and which words speak for it; change the text.

    `judge(text)` may raise ValueError, which is shown in words. The first picture stays on an
    exported page. Built in chapter 6.5.
    """
    box = text_box(text)
    box.rows = 6

    def draw(text: str) -> Picture:
        judged = judge(text)
        return picture(sentiment_picture(judged), _alt(judged))

    show_live(draw, {"text": box})


def sentiment_picture(judged: Judged) -> Figure:
    """The text, blue what speaks for the likeliest label, orange what speaks against it.

    The strongest word has the full colour. Below, the labels as bars. Built in chapter 6.5.
    """
    placed = set_page(judged.tokens)
    heights = (page_height(placed), _BAR * len(judged.shares))
    with plt.rc_context(theme.style()):
        figure, (page, bars) = plt.subplots(
            2, 1, figsize=(PAGE_WIDTH + 0.4, sum(heights) + 1.0), height_ratios=heights
        )
        height = figure.get_figheight()
        figure.subplots_adjust(0.02, 0.42 / height, 0.98, 1 - 0.1 / height, hspace=0.2)
        draw_page(page, placed)
        _shade(page, placed, judged.weights)
        rows = [Bar(f"{label} {p:.2f}", p) for label, p in judged.shares.items()]
        draw_bars(bars, rows, len(rows))
        bars.set_xlabel("probability", color=theme.FAINT, fontsize=9)
    return figure


def coloured_texts(tokens: Sequence[str], rows: Mapping[str, Sequence[float]]) -> Figure:
    """The same text once for each row of weights, one below the other, each under its name.

    Blue speaks for, orange against; the strongest token of each row has the full colour. Built in
    chapter 6.5.
    """
    if not rows:
        raise ValueError("there is no row of weights to draw; give at least one.")
    placed = set_page(tokens)
    each = page_height(placed)
    with plt.rc_context(theme.style()):
        figure, pages = plt.subplots(
            len(rows), 1, figsize=(PAGE_WIDTH + 0.4, len(rows) * (each + _GAP) + 0.1), squeeze=False
        )
        height = figure.get_figheight()
        top = 1 - _GAP / height
        figure.subplots_adjust(0.02, 0.1 / height, 0.98, top, hspace=_GAP / each)
        for page, (name, weights) in zip(pages[:, 0], rows.items(), strict=True):
            draw_page(page, placed)
            _shade(page, placed, weights)
            page.set_title(theme.drawable(name, 60), fontsize=9.5, color=theme.FAINT, pad=3)
    return figure


def _shade(page, placed, weights: Sequence[float]) -> None:
    numbers = [float(weight) for weight in weights]
    strongest = max(map(abs, numbers)) or 1.0
    for word, weight in zip(placed, numbers, strict=True):
        shade(page, word, 0.7 * abs(weight) / strongest, theme.BLUE if weight > 0 else theme.ORANGE)


def _alt(judged: Judged) -> str:
    shares = ", ".join(f"{label} {p:.2f}" for label, p in judged.shares.items())
    order = sorted(range(len(judged.tokens)), key=lambda place: -float(judged.weights[place]))
    words = ", ".join(f"“{judged.tokens[place].strip()}”" for place in order[:3])
    return f"{shares}. The words that speak most for the likeliest: {words}."
