"""Several models read the same text: their guesses for the next token, side by side."""

from collections.abc import Callable, Mapping, Sequence
from numbers import Real

import ipywidgets as widgets
import matplotlib.pyplot as plt
from matplotlib.figure import Figure

from lmlab.viz import theme
from lmlab.viz.bars import Bar, draw_bars, tail, word
from lmlab.viz.figures import Picture, picture
from lmlab.viz.live import show_live, text_box
from lmlab.viz.tokens import show

Guesses = Mapping[str, Real] | Sequence[tuple[str, Real]]
"""Tokens and their probabilities: all of them, or the most probable."""

_OFFERED = 24  # buttons


def next_token_lab(
    predictors: Mapping[str, Callable[[str], Guesses]], text: str, *, top: int = 8
) -> None:
    """Show what each model expects after `text`; in a live notebook, type on or click a token.

    `predictors[name](text)` gives tokens and their probabilities. Each button below the picture
    appends its token to the text. The first picture stays on an exported page.

    Raises ValueError when a model's guesses for `text` are no probabilities. Built in chapter 2.1.
    """
    box = text_box(text)
    buttons = _TokenButtons(box)

    def draw(text: str) -> Picture:
        guesses = {name: predict(text) for name, predict in predictors.items()}
        figure = next_token_ladder(guesses, text, top=top)
        buttons.offer({name: _ranked(name, given)[:top] for name, given in guesses.items()})
        return picture(figure, _alt(guesses, text))

    show_live(draw, {"text": box}, buttons.row)


def next_token_ladder(guesses: Mapping[str, Guesses], text: str, *, top: int = 8) -> Figure:
    """One column for each model: its `top` most probable tokens after `text`, as bars from 0 to 1.

    A grey bar holds the probability of all other tokens together. Raises ValueError when there is
    no model, or when guesses are no probabilities. Built in chapter 2.1.
    """
    if not guesses:
        raise ValueError("no model was given; give at least one, by its name.")
    ranked = {name: _ranked(name, given) for name, given in guesses.items()}
    with plt.rc_context(theme.style()):
        width, height = max(1.45 * len(ranked), 4), 0.25 * top + 1.6
        # Margins by hand: a layout engine would double the time that a learner waits.
        margins = {"left": 0.15 / width, "right": 1 - 0.15 / width, "wspace": 0.12}
        margins |= {"bottom": 0.55 / height, "top": 1 - 0.75 / height}
        figure, axes = plt.subplots(
            1, len(ranked), figsize=(width, height), gridspec_kw=margins, squeeze=False
        )
        for ax, (name, tokens) in zip(axes[0], ranked.items(), strict=True):
            draw_bars(ax, _bars(tokens[:top]), top + 1)
            ax.set_title(theme.drawable(name, 18), fontweight="bold", fontsize=9)
        figure.suptitle(f"{tail(text)} →", x=margins["left"], y=1 - 0.12 / height, ha="left")
        figure.supxlabel("probability of the next token", fontsize=9, color=theme.FAINT)
    return figure


def _ranked(name: str, given: Guesses) -> list[tuple[str, float]]:
    """The guesses, most probable first."""
    pairs = given.items() if isinstance(given, Mapping) else given
    guesses = [(token, float(probability)) for token, probability in pairs]
    total = sum(probability for _, probability in guesses)
    if not 0 < total < 1.001 or any(probability < 0 for _, probability in guesses):
        raise ValueError(
            f"the guesses of {name!r} are no probabilities: {len(guesses)} numbers with the sum "
            f"{total:.3g}. Give softmax(logits), from 0 to 1 and with a sum of at most 1."
        )
    return sorted(guesses, key=lambda guess: -guess[1])


def _bars(guesses: Sequence[tuple[str, float]]) -> list[Bar]:
    others = max(0.0, 1 - sum(probability for _, probability in guesses))
    bars = [Bar(f"{word(token)} {p:.2f}", p) for token, p in guesses]
    return [*bars, Bar(f"all others {others:.2f}", others, theme.FAINT)]


def _alt(guesses: Mapping[str, Guesses], text: str) -> str:
    columns = (
        f"{name}: " + ", ".join(f"{show(token)} {p:.2f}" for token, p in _ranked(name, given)[:3])
        for name, given in guesses.items()
    )
    return f"The likeliest tokens after “{show(text[-48:], 400)}”. {'; '.join(columns)}."


class _TokenButtons:
    """A row of buttons, one for each token that a model expects, the most expected first.

    The same buttons take new tokens each time, so that the keyboard's focus stays in its place.
    """

    def __init__(self, box: widgets.Textarea):
        self._box = box
        self._tokens: list[str] = []
        self._buttons = [widgets.Button(layout={"width": "auto"}) for _ in range(_OFFERED)]
        for place, button in enumerate(self._buttons):
            button.on_click(lambda _, place=place: self._append(place))
        title = widgets.Label("append a token:", layout={"width": "8em"})
        self.row = widgets.Box([title, *self._buttons], layout={"flex_flow": "row wrap"})

    def offer(self, ranked: Mapping[str, Sequence[tuple[str, float]]]) -> None:
        """Give each button its token; buttons that are left over disappear."""
        chances: dict[str, dict[str, float]] = {}
        for name, guesses in ranked.items():
            for token, probability in guesses:
                chances.setdefault(token, {})[name] = probability
        self._tokens = sorted(chances, key=lambda token: -sum(chances[token].values()))[:_OFFERED]
        for place, button in enumerate(self._buttons):
            used = place < len(self._tokens)
            button.layout.display = "" if used else "none"
            if used:
                token = self._tokens[place]
                by = ", ".join(f"{name} {p:.2f}" for name, p in chances[token].items())
                button.description = show(token)
                button.tooltip = f"append {show(token)} to the text ({by})"

    def _append(self, place: int) -> None:
        self._box.value += self._tokens[place]
