"""One look for every figure: colours, type, and the card they stand on.

Figures carry their own light card, so that they read the same on a light page, a dark page and in
print. Blue and orange tell sign or two series apart, cividis shows magnitude: both survive the
common forms of colour blindness.
"""

from functools import cache

import matplotlib.pyplot as plt
from matplotlib import font_manager
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap, PowerNorm
from matplotlib.ft2font import FT2Font

INK = "#1f2933"  # text
FAINT = "#66717d"  # axes, ticks, secondary text
CARD = "#fbfaf7"  # background
BLUE = "#2166ac"
ORANGE = "#d6700c"
MAGNITUDE = "cividis"
SIGN = LinearSegmentedColormap.from_list("sign", (BLUE, CARD, ORANGE))

# Fonts tried in turn for each character; those not on this machine are skipped.
_FONTS = (
    "DejaVu Sans",
    "Noto Sans CJK SC",
    "Noto Sans SC",
    "PingFang SC",
    "Hiragino Sans GB",
    "Microsoft YaHei",
    "WenQuanYi Zen Hei",
    "WenQuanYi Micro Hei",
    "SimHei",
    "Arial Unicode MS",
    "Noto Emoji",
)


def style() -> dict:
    """Matplotlib settings for the house style, for `plt.rc_context`."""
    _load_backend()
    return {
        "font.family": list(fonts()),
        "font.size": 10,
        "text.color": INK,
        "text.parse_math": False,  # a token may hold a dollar sign
        "axes.labelcolor": INK,
        "axes.edgecolor": FAINT,
        "axes.facecolor": CARD,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.titlesize": 11,
        "axes.titlelocation": "left",
        "axes.unicode_minus": False,
        "xtick.color": FAINT,
        "ytick.color": FAINT,
        "figure.facecolor": CARD,
        "savefig.facecolor": CARD,
    }


def new_axes(width: float, height: float) -> Axes:
    """Axes on a figure of their own, `width` × `height` inches, shown by the notebook."""
    with plt.rc_context(style()):
        return plt.subplots(figsize=(width, height), layout="constrained")[1]


def weight_scale() -> PowerNorm:
    """Attention weights 0 to 1 on a square-root scale, which lifts small weights into sight."""
    return PowerNorm(0.5, vmin=0, vmax=1)


@cache
def fonts() -> tuple[str, ...]:
    """The fonts of this machine that figures use, first choice first."""
    installed = {font.name for font in font_manager.fontManager.ttflist}
    return tuple(name for name in _FONTS if name in installed)


@cache
def drawable(text: str, limit: int = 14) -> str:
    """The text as this machine's fonts can draw it: `▯` for a missing character, cut at `limit`."""
    text = text if len(text) <= limit else text[: limit - 1] + "…"
    return "".join(char if _has_glyph(ord(char)) else "▯" for char in text)


@cache
def _load_backend() -> None:
    """Start drawing before any `rc_context`: what a notebook sets then must outlive it."""
    plt.switch_backend(plt.get_backend())


def _has_glyph(code: int) -> bool:
    return any(face.get_char_index(code) for face in _faces())


@cache
def _faces() -> tuple[FT2Font, ...]:
    return tuple(
        FT2Font(font_manager.findfont(font_manager.FontProperties(family=name))) for name in fonts()
    )
