"""A translator to play with: what it writes, what it nearly wrote, and what others make of it."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from html import escape

from lmlab.viz import theme
from lmlab.viz.live import show_live, slider, text_box

Scored = tuple[str, float]
"""A translation, and the score by which it was chosen: the higher, the better."""
Translate = Callable[[str, int, float], Sequence[Scored]]

_BEAMS = range(1, 9)
_PENALTIES = [step / 10 for step in range(0, 21, 2)]


@dataclass(frozen=True, repr=False)
class Translations:
    """A sentence with its translations, the best first; text shows itself in every script."""

    source: str
    found: tuple[Scored, ...]
    beside: Mapping[str, str]
    """What others make of it, by their names."""

    def __repr__(self) -> str:
        lines = [self.source, *(f"  {score:7.2f}  {text}" for text, score in self.found)]
        lines += [f"  {name}: {text}" for name, text in self.beside.items()]
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        rows = [_row(f"{score:.2f}", text, self._share(score)) for text, score in self.found]
        rows += [_row(name, text, 0.0) for name, text in self.beside.items()]
        return (
            f"<p style='margin:.3em 0'><b>{escape(self.source)}</b></p>"
            f"<table style='border-collapse:collapse'>{''.join(rows)}</table>"
        )

    def _share(self, score: float) -> float:
        """How likely it is beside the best, 0 to 1."""
        return math.exp(score - self.found[0][1])


def translation_lab(
    translate: Translate,
    text: str,
    *,
    num_beams: int = 4,
    length_penalty: float = 0.6,
    beside: Mapping[str, Callable[[str], str]] | None = None,
) -> None:
    """Show the translations that a beam search finds for `text`; type another, move the sliders.

    `translate(text, num_beams, length_penalty)` gives translations with their scores, the best
    first; `beside` holds other translators, each from a text to one translation. A bar tells how
    likely a translation is beside the best. Built in chapter 6.1.
    """
    others = beside or {}

    def draw(text: str, num_beams: int, length_penalty: float) -> Translations:
        found = tuple(translate(text, num_beams, length_penalty))
        return Translations(text, found, {name: other(text) for name, other in others.items()})

    controls = {
        "text": text_box(text),
        "num_beams": slider("beams", _BEAMS, num_beams),
        "length_penalty": slider("length penalty", _PENALTIES, length_penalty),
    }
    show_live(draw, controls)


def _row(name: str, text: str, share: float) -> str:
    bar = f"background:linear-gradient(to right,{theme.BLUE}40 {share:.0%},transparent {share:.0%})"
    return (
        "<tr><td style='text-align:right;padding:.1em .8em;opacity:.75'>"
        f"{escape(name)}</td><td style='text-align:left;padding:.1em .8em;min-width:26em;{bar}'>"
        f"{escape(text) or '(nothing)'}</td></tr>"
    )
