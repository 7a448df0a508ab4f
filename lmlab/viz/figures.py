"""A figure with words, for a reader who cannot see it and a page without pictures."""

import base64
import io
from dataclasses import dataclass

import matplotlib.pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from PIL import Image

_DPI = 110
_COLOURS = 256  # enough for text, lines and one colour ramp


@dataclass(frozen=True)
class Picture:
    """A PNG with its alternative text; shows itself in a notebook."""

    png: bytes
    alt: str

    def _repr_mimebundle_(self, include=None, exclude=None) -> tuple[dict, dict]:
        png = base64.b64encode(self.png).decode("ascii")
        return {"image/png": png, "text/plain": self.alt}, {"image/png": {"alt": self.alt}}


def picture(figure: Figure | Axes, alt: str) -> Picture:
    """The figure as a picture with alternative text, `alt`: one or two sentences, what is seen.

    The figure is closed, so that a notebook shows it once. Raises ValueError when `alt` is empty.
    Built in chapter 00.
    """
    if not alt.strip():
        raise ValueError("alt is empty; say in a sentence what the figure shows.")
    figure = figure.figure if isinstance(figure, Axes) else figure
    png = to_png(figure)
    plt.close(figure)
    return Picture(png, alt)


def to_png(figure: Figure) -> bytes:
    """The figure as a PNG of few colours: small, and the same bytes each time."""
    drawn, small = io.BytesIO(), io.BytesIO()
    figure.savefig(drawn, format="png", dpi=_DPI)
    image = Image.open(drawn).convert("RGB").quantize(_COLOURS, dither=Image.Dither.NONE)
    image.save(small, format="png", optimize=True)
    return small.getvalue()
