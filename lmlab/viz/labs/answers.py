"""Where a reader sees the answer: its passage, coloured where the answer may begin and end."""

from collections.abc import Callable, Sequence
from typing import Protocol, runtime_checkable

import matplotlib.pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from lmlab.viz import theme
from lmlab.viz.bars import Bar, draw_bars
from lmlab.viz.figures import Picture, picture
from lmlab.viz.live import show_live, text_box
from lmlab.viz.pages import PAGE_WIDTH, Placed, draw_page, page_height, set_page, shade
from lmlab.viz.tokens import show

_BARS = 5


@runtime_checkable
class Answer(Protocol):
    """What a model makes of a question: any object with these four."""

    tokens: Sequence[str]
    """Of the passage."""
    starts: Sequence[float]
    """How likely the answer begins at each token; what is missing to 1 says that there is none."""
    ends: Sequence[float]
    guesses: Sequence[tuple[str, float]]
    """The likeliest answers and their probabilities; "" is no answer."""


def answer_lab(answer: Callable[[str, str], Answer], passage: str, question: str) -> None:
    """Show where a model sees the answer; in a live notebook, change the passage or the question.

    `answer(passage, question)` may raise ValueError, which is shown in words. The first picture
    stays on an exported page. Built in chapter 6.2.
    """
    boxes = {"passage": text_box(passage), "question": text_box(question)}
    for name, box in boxes.items():
        box.description = name
    boxes["passage"].rows, boxes["question"].rows = 5, 1

    def draw(passage: str, question: str) -> Picture:
        found = answer(passage, question)
        return picture(answer_picture(found, question), _alt(found, question))

    show_live(draw, boxes)


def answer_picture(found: Answer, question: str) -> Figure:
    """The passage, blue above where the answer may begin, orange below where it may end.

    Beneath it the likeliest answers as bars. Built in chapter 6.2.
    """
    placed = set_page(found.tokens)
    heights = (page_height(placed), 0.24 * _BARS + 0.3)
    with plt.rc_context(theme.style()):
        figure, (page, bars) = plt.subplots(
            2, 1, figsize=(PAGE_WIDTH + 0.4, sum(heights) + 0.75), height_ratios=heights
        )
        height = figure.get_figheight()
        figure.subplots_adjust(0.02, 0.42 / height, 0.98, 1 - 0.38 / height, hspace=0.1)
        said = _spelt(found.guesses[0][0])
        title = f"{question} → {said}"
        figure.suptitle(theme.drawable(show(title, 90).replace("·", " "), 90), x=0.02, ha="left")
        _draw_page(page, placed, found)
        best = [Bar(f"{_spelt(text)} {p:.2f}", p) for text, p in found.guesses[:_BARS]]
        draw_bars(bars, best, _BARS)
        bars.set_xlabel("probability of the answer", color=theme.FAINT, fontsize=9)
    return figure


def _draw_page(axes: Axes, placed: Sequence[Placed], found: Answer) -> None:
    draw_page(axes, placed)
    for word, start, end in zip(placed, found.starts, found.ends, strict=True):
        shade(axes, word, float(start), theme.BLUE, 0.02, 0.18)
        shade(axes, word, float(end), theme.ORANGE, 0.8, 0.18)


def _spelt(answer: str) -> str:
    return theme.drawable(answer, 60) if answer else "(no answer)"


def _alt(found: Answer, question: str) -> str:
    likeliest = ", ".join(f"{_spelt(text)} {p:.2f}" for text, p in found.guesses[:3])
    return f"“{question}” The likeliest answers: {likeliest}."
