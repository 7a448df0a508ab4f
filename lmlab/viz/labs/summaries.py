"""Where a summariser looks: its story, shaded for one word of what it writes."""

from collections.abc import Callable, Sequence
from typing import Protocol, runtime_checkable

import matplotlib.pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from lmlab.viz import theme
from lmlab.viz.figures import Picture, picture
from lmlab.viz.live import show_live, slider, text_box
from lmlab.viz.pages import PAGE_WIDTH, Placed, draw_page, page_height, set_page, shade

_WORDS = range(1, 41)
_LIKELIEST = 3


@runtime_checkable
class Summary(Protocol):
    """What a model makes of a story: any object with these four."""

    tokens: Sequence[str]
    """Of the story."""
    written: Sequence[str]
    """The tokens of the summary."""
    looks: Sequence[Sequence[float]]
    """For each token that is written, how much it looks at each of the story; each row adds to 1
    or less."""
    copied: Sequence[float]
    """For each token that is written, the share of its looks that goes to the same token."""


def summary_lab(summarise: Callable[[str], Summary], story: str, word: int = 1) -> None:
    """Show a summary, and where the model looks as it writes the `word`-th token, counted from 1.

    In a live notebook, move the slider along the summary, or change the story.
    `summarise(story)` may raise ValueError, which is shown in words. The first picture stays on an
    exported page. Built in chapter 6.3.
    """
    box = text_box(story)
    box.description, box.rows = "story", 5
    controls = {"story": box, "word": slider("token of the summary", _WORDS, word)}
    known: dict[str, Summary] = {}

    def draw(story: str, word: int) -> Picture:
        if story not in known:
            known.clear()
            known[story] = summarise(story)
        found = known[story]
        place = min(word, len(found.written)) - 1
        return picture(summary_picture(found, place), _alt(found, place))

    show_live(draw, controls)


def summary_picture(found: Summary, place: int) -> Figure:
    """The summary above, the story below, shaded where the model looks as it writes one token.

    That token, counted from 0, has an orange bar beneath it. The summary is shaded where its
    tokens were copied by looking at them. Built in chapter 6.3.
    """
    pages = [set_page(tokens) for tokens in (found.written, found.tokens)]
    heights = [page_height(page) for page in pages]
    with plt.rc_context(theme.style()):
        figure, axes = plt.subplots(
            2, 1, figsize=(PAGE_WIDTH + 0.4, sum(heights) + 1.0), height_ratios=heights
        )
        height = figure.get_figheight()
        gap = 0.45 / (sum(heights) / 2)  # inches, as a share of the mean height
        figure.subplots_adjust(0.02, 0.05 / height, 0.98, 1 - 0.4 / height, hspace=gap)
        _draw(axes[0], pages[0], found.copied, "the summary: blue where it looks at the same token")
        _draw(axes[1], pages[1], found.looks[place], "the story: where the marked token looks")
        shade(axes[0], pages[0][place], 1.0, theme.ORANGE, 0.86, 0.14)
    return figure


def _draw(axes: Axes, placed: Sequence[Placed], shares: Sequence[float], title: str) -> None:
    draw_page(axes, placed)
    axes.set_title(title, loc="left", color=theme.FAINT, fontsize=9)
    for word, share in zip(placed, shares, strict=True):
        shade(axes, word, 0.6 * float(share), theme.BLUE)


def _alt(found: Summary, place: int) -> str:
    looks = [float(share) for share in found.looks[place]]
    best = sorted(range(len(looks)), key=lambda at: -looks[at])[:_LIKELIEST]
    seen = ", ".join(
        f"{theme.drawable(found.tokens[at].strip(), 30)} {looks[at]:.2f}" for at in best
    )
    said = theme.drawable("".join(found.written).strip(), 200)
    return f"“{said}” As it writes “{found.written[place].strip()}”, it looks at {seen}."
