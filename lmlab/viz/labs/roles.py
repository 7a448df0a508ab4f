"""Who does what to whom: a sentence, the parts that a model finds in it, and how sure it is."""

from collections.abc import Callable, Sequence
from typing import Protocol, runtime_checkable

import matplotlib.pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from lmlab.viz import theme
from lmlab.viz.bars import Bar, draw_bars
from lmlab.viz.figures import Picture, picture
from lmlab.viz.live import show_live, text_box
from lmlab.viz.pages import PAGE_WIDTH, draw_page, page_height, set_page, shade

_PEOPLE = ("agent", "experiencer", "recipient", "patient", "beneficiary")
_BAR = 0.24  # inches


class Part(Protocol):
    """A role, and the words that play it."""

    role: str
    text: str


@runtime_checkable
class Labelled(Protocol):
    """What a model makes of a sentence: any object with these four."""

    tokens: Sequence[str]
    tags: Sequence[str]
    """Of each token: "O", or "B-" or "I-" and a role."""
    parts: Sequence[Part]
    sure: Sequence[float]
    """How sure the model is of each part, from 0 to 1."""


def role_lab(label: Callable[[str], Labelled], sentence: str) -> None:
    """Show who does what to whom in a sentence; in a live notebook, write another.

    `label(sentence)` may raise ValueError, which is shown in words. The first picture stays on an
    exported page. Built in chapter 6.4.
    """
    box = text_box(sentence)
    box.description, box.rows = "sentence", 2

    def draw(sentence: str) -> Picture:
        found = label(sentence)
        return picture(role_picture(found), _alt(found))

    show_live(draw, {"sentence": box})


def role_picture(found: Labelled) -> Figure:
    """The sentence, people blue, the deed orange, all other parts grey; below, each part as a bar.

    The bar says how sure the model is of it. Built in chapter 6.4.
    """
    placed = set_page(found.tokens)
    rows = max(len(found.parts), 1)
    heights = (page_height(placed), _BAR * rows + 0.1)
    with plt.rc_context(theme.style()):
        figure, (page, bars) = plt.subplots(
            2, 1, figsize=(PAGE_WIDTH + 0.4, sum(heights) + 0.65), height_ratios=heights
        )
        height = figure.get_figheight()
        figure.subplots_adjust(0.02, 0.42 / height, 0.98, 1 - 0.1 / height, hspace=0.1)
        draw_page(page, placed)
        for word, tag in zip(placed, found.tags, strict=True):
            if tag != "O":
                shade(page, word, 0.35, _colour(tag[2:]))
        _draw_parts(bars, found, rows)
    return figure


def _draw_parts(axes: Axes, found: Labelled, rows: int) -> None:
    named = zip(found.parts, found.sure, strict=True)
    drawn = [
        Bar(f"{part.role}: {theme.drawable(part.text, 60)} {p:.2f}", p, _colour(part.role))
        for part, p in named
    ]
    draw_bars(axes, drawn, rows)
    axes.set_xlabel("how sure of the part", color=theme.FAINT, fontsize=9)


def _colour(role: str) -> str:
    if role == "action":
        return theme.ORANGE
    return theme.BLUE if role in _PEOPLE else theme.FAINT


def _alt(found: Labelled) -> str:
    parts = ", ".join(f"{part.role} “{part.text}”" for part in found.parts)
    return f"The parts of the sentence: {parts or 'none'}."
