"""What a language model does, in one picture: at each token, its guesses for the next."""

from collections.abc import Sequence

import matplotlib.pyplot as plt
import numpy as np
from jaxtyping import Float
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from lmlab.viz import theme
from lmlab.viz.tokens import show


def next_token_bars(
    probabilities: Float[np.ndarray, "time vocab_size"],
    tokens: Sequence[str],
    vocabulary: Sequence[str],
    *,
    top: int = 5,
    following: str | None = None,
) -> Figure:
    """One column for each token read: the `top` most probable next tokens, as bars.

    `probabilities[i]` belongs to the token that follows `tokens[i]`. The token that did follow is
    orange, and drawn below the others where it is not among them; `following` is the one after the
    last, when it is known. `vocabulary[id]` is the printable token of an id. Built in chapter 01.
    """
    if len(tokens) != len(probabilities):
        raise ValueError(
            f"{len(tokens)} tokens and {len(probabilities)} rows of probabilities were given; give "
            "one row for each token read."
        )
    with plt.rc_context(theme.style()):
        size = (1.15 * len(tokens) + 0.4, 0.32 * top + 1.3)
        figure, axes = plt.subplots(
            1, len(tokens), figsize=size, layout="constrained", squeeze=False
        )
        true = [*tokens[1:], following]
        for ax, row, read, follows in zip(axes[0], probabilities, tokens, true, strict=True):
            _column(ax, _guesses(row, vocabulary, follows, top), follows, top + 1)
            ax.set_title(f"{_word(read)} →", loc="center", fontweight="bold")
        figure.supxlabel("probability of the next token", fontsize=9, color=theme.FAINT)
    return figure


def _guesses(row, vocabulary, follows: str | None, top: int) -> list[tuple[str, float]]:
    """The most probable tokens, best first, and the one that follows if it is not among them."""
    best = np.argsort(-row, kind="stable")[:top]
    guesses = [(vocabulary[i], float(row[i])) for i in best]
    if follows is not None and follows not in (token for token, _ in guesses):
        guesses.append((follows, float(row[list(vocabulary).index(follows)])))
    return guesses


def _column(ax: Axes, guesses: Sequence[tuple[str, float]], follows, rows: int) -> None:
    for place, (token, probability) in enumerate(guesses):
        true = token == follows
        ax.barh(place, probability, height=0.82, color=theme.ORANGE if true else theme.BLUE,
                alpha=0.85 if true else 0.3)  # fmt: skip
        ax.annotate(
            f"{_word(token)} {probability:.2f}", (0, place), xytext=(3, 0), va="center", fontsize=8,
            textcoords="offset points", fontweight="bold" if true else "normal",
        )  # fmt: skip
    ax.set(xlim=(0, 1), ylim=(rows - 0.4, -0.6), xticks=(0, 1), yticks=())
    ax.tick_params(labelsize=7)
    ax.spines["left"].set_visible(False)


def _word(token: str) -> str:
    return theme.drawable(show(token))
