"""Where a reader sees the answer: its passage, coloured where the answer may begin and end."""

import unicodedata
from collections.abc import Callable, Sequence
from typing import NamedTuple, Protocol, runtime_checkable

import matplotlib.pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from lmlab.viz import theme
from lmlab.viz.bars import Bar, draw_bars
from lmlab.viz.figures import Picture, picture
from lmlab.viz.live import show_live, text_box
from lmlab.viz.tokens import show

_COLUMNS = 88
_FONT_SIZE = 10  # points
_CELL = 0.602 * _FONT_SIZE / 72  # inches: how wide a character of DejaVu Sans Mono is
_ROW = 0.28  # inches
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


class _Placed(NamedTuple):
    """A word on the page: what is written, its column, its row, and how many columns it takes."""

    text: str
    column: int
    row: int
    width: int


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
    placed = _page(found.tokens)
    rows = placed[-1].row + 1
    heights = (_ROW * rows, 0.24 * _BARS + 0.3)
    with plt.rc_context(theme.style()):
        figure, (page, bars) = plt.subplots(
            2, 1, figsize=(_CELL * _COLUMNS + 0.4, sum(heights) + 0.75), height_ratios=heights
        )
        height = figure.get_figheight()
        figure.subplots_adjust(0.02, 0.42 / height, 0.98, 1 - 0.38 / height, hspace=0.1)
        said = _spelt(found.guesses[0][0])
        title = f"{question} → {said}"
        figure.suptitle(theme.drawable(show(title, 90).replace("·", " "), 90), x=0.02, ha="left")
        _draw_page(page, placed, found, rows)
        best = [Bar(f"{_spelt(text)} {p:.2f}", p) for text, p in found.guesses[:_BARS]]
        draw_bars(bars, best, _BARS)
        bars.set_xlabel("probability of the answer", color=theme.FAINT, fontsize=9)
    return figure


def _draw_page(axes: Axes, placed: Sequence[_Placed], found: Answer, rows: int) -> None:
    axes.set(xlim=(0, _COLUMNS), ylim=(rows, 0))
    axes.axis("off")
    fonts = ["DejaVu Sans Mono", *theme.fonts()]
    for word, start, end in zip(placed, found.starts, found.ends, strict=True):
        for share, top, colour in ((start, 0.02, theme.BLUE), (end, 0.8, theme.ORANGE)):
            if share > 0.01:
                corner = (word.column, word.row + top)
                axes.add_patch(
                    Rectangle(corner, word.width, 0.18, color=colour, alpha=float(share), lw=0)
                )
        axes.text(
            word.column, word.row + 0.5, word.text, va="center", fontsize=_FONT_SIZE, family=fonts
        )


def _page(tokens: Sequence[str]) -> list[_Placed]:
    """The tokens set in lines of equal cells; a token that begins with a space begins a word."""
    placed: list[_Placed] = []
    column = row = 0
    for token in tokens:
        word = token.strip()
        column += bool(column) and token[:1].isspace()
        shown = theme.drawable(show(word, _COLUMNS), _COLUMNS) if word else ""
        width = sum(1 + (unicodedata.east_asian_width(char) in "WF") for char in shown)
        if column + width > _COLUMNS:
            column, row = 0, row + 1
        placed.append(_Placed(shown, column, row, width))
        column += width
    return placed


def _spelt(answer: str) -> str:
    return theme.drawable(answer, 60) if answer else "(no answer)"


def _alt(found: Answer, question: str) -> str:
    likeliest = ", ".join(f"{_spelt(text)} {p:.2f}" for text, p in found.guesses[:3])
    return f"“{question}” The likeliest answers: {likeliest}."
