"""Heads knocked out, as a view: what the loss and the next token are without them."""

from collections.abc import Callable, Iterable, Sequence
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
from jaxtyping import Float

from lmlab.viz.explorer.answering import AnsweringView
from lmlab.viz.explorer.cells import (
    draw_cells,
    in_print,
    largest,
    require_few,
    signed_colours,
    table_of_numbers,
)
from lmlab.viz.explorer.distributions import compared, distributions, require_vocabulary
from lmlab.viz.tokens import show_all

Head = tuple[int, int]
"""(layer, head), both counted from 0."""

Answer = Callable[[list[Head]], tuple[float, Any]]
"""Heads that are knocked out to the loss, in nats a token, and the scores of the next token."""

_TOP = 5  # tokens before, and as many without
_NAMED = 5  # heads in the text


class Recorded(NamedTuple):
    """The next token's scores, logits or probabilities, with all heads and without each one."""

    before: Float[np.ndarray, " vocab_size"]
    without: Float[np.ndarray, "layers heads vocab_size"]


def ablation_lab(
    effects: Any,
    tokens: Iterable[Any],
    vocabulary: Sequence[str] = (),
    *,
    answer: Answer | None = None,
    next_token: tuple[Any, Any] | None = None,
    title: str | None = None,
    live: bool = False,
) -> "AblationView":
    """Show what knocking out each head does to the loss, and let the learner knock out several.

    Args:
        effects: (layers, heads), by how many nats a token the loss rises without each head:
            `lmlab.interpret.ablation_effects`.
        tokens: the text whose next token is shown, one string for each position.
        vocabulary: the printable token of each id; needed for the next token.
        answer: `answer([(layer, head), …])` gives the loss without these heads and the logits, or
            probabilities, of the token after the text. A live view calls it whenever heads are
            chosen; the page keeps its answer for the whole model and the head with most effect.
        next_token: logits or probabilities (vocab_size,) of the whole model and (layers, heads,
            vocab_size) without each head, for a page that can show each head alone.
        title: a line above the view.
        live: in a notebook with a running kernel, ask `answer`, and let `view.selected` follow.

    Raises ValueError when the numbers do not fit. Built in chapter 5.2.
    """
    values = table_of_numbers(effects, "the effects", ("layers", "heads"))
    require_few(*values.shape, "Show some layers: effects[:10].")
    if live and answer is None:
        raise ValueError("a live view asks a function; give answer=, or leave live out.")
    recorded = None if next_token is None else _recorded(next_token, values.shape, vocabulary)
    names = show_all(map(str, tokens))
    return AblationView(
        values, names, vocabulary, answer, recorded, title or "Heads knocked out", live
    )


class AblationView(AnsweringView):
    """A table of heads; `selected["heads"]` lists those that are knocked out, (layer, head)."""

    scripts = ("core", "signs", "cells", "bars", "asking", "ablation_lab")

    def __init__(
        self,
        effects: Float[np.ndarray, "layers heads"],
        tokens: list[str],
        vocabulary: Sequence[str],
        answer: Answer | None,
        recorded: Recorded | None,
        title: str,
        live: bool = False,
    ):
        self.effects, self.tokens, self.vocabulary = effects, tokens, vocabulary
        self._ask = answer
        self._before = None if recorded is None else distributions(recorded.before)
        self.answers = {} if recorded is None else self._each_alone(recorded.without)
        if answer is not None:
            for heads in ([], [self.strongest[0]]):
                self.answers[_key(heads)] = self.answer({"heads": heads})
        start = {"heads": [list(self.strongest[0])]}
        super().__init__(title, start, self._data(), live)

    def answer(self, question: dict[str, Any]) -> dict[str, Any]:
        """The loss and the next tokens without `question["heads"]`."""
        heads = [(int(layer), int(head)) for layer, head in question["heads"]]
        loss, scores = self._ask(heads)
        probabilities = self._distribution(scores)
        if self._before is None:
            self._before = probabilities if not heads else self._distribution(self._ask([])[1])
        return {"loss": float(loss), "next": self._compared(probabilities)}

    @property
    def strongest(self) -> list[Head]:
        """The heads by the size of their effect, largest first."""
        order = np.argsort(-np.abs(self.effects), axis=None, kind="stable")
        layers, heads = np.unravel_index(order, self.effects.shape)
        return list(zip(layers.tolist(), heads.tolist(), strict=True))

    def _distribution(self, scores: Any) -> Float[np.ndarray, " vocab_size"]:
        values = table_of_numbers(scores, "the scores of the next token", ("vocab_size",))
        require_vocabulary(self.vocabulary, len(values))
        return distributions(values)

    def _compared(self, after: Float[np.ndarray, " vocab_size"]) -> list[tuple[str, float, float]]:
        return compared(self._before, after, self.vocabulary, _TOP)

    def _each_alone(
        self, without: Float[np.ndarray, "layers heads vocab_size"]
    ) -> dict[str, dict[str, Any]]:
        """What is known of the next token without each head, by the head's name."""
        alone = {
            _key([head]): {"next": self._compared(distributions(without[head]))}
            for head in self.strongest
        }
        return {_key([]): {"next": self._compared(self._before)}, **alone}

    def _data(self) -> dict[str, Any]:
        n_layers, n_heads = self.effects.shape
        return {
            "about": f"change of the loss without each of {n_layers} × {n_heads} heads",
            "label": "Heads: a row for each layer. Enter knocks a head out, or brings it back",
            "axes": ["layer", "head"],
            "rows": [f"layer {i}" for i in range(n_layers)],
            "columns": [[str(j)] for j in range(n_heads)],
            "lines": ["head"],
            "tokens": self.tokens,
            "effects": in_print(self.effects),
            "scale": largest(self.effects),
            "answers": self.answers,
        }

    @cached_property
    def png(self) -> bytes:
        """A still picture: the effects, and the next token without the head with most."""
        return _still(self)

    @property
    def alt(self) -> str:
        """How many heads, and which matter most."""
        return f"{self._size()}. {self._told(self.strongest[0])}."

    def narrowing(self, share: float) -> str:
        """Fewer layers."""
        return f"Show fewer layers: effects[:{max(1, int(len(self.effects) * share))}]."

    def __repr__(self) -> str:
        lines = [f"{self.title}: {self._size()}", "text: " + " ".join(self.tokens)]
        lines += [self._told(head) for head in self.strongest[:_NAMED]]
        first = self.answers.get(_key([self.strongest[0]]), {})
        for token, before, after in first.get("next", []):
            lines.append(f"  next {token}: {before:.1%} → {after:.1%}")
        return "\n".join(lines)

    def _size(self) -> str:
        n_layers, n_heads = self.effects.shape
        return f"Change of the loss without each head, {n_layers} layers × {n_heads} heads"

    def _told(self, head: Head) -> str:
        return f"Without layer {head[0]}, head {head[1]}: {self.effects[head]:+.3g} nats a token"


def _key(heads: Iterable[Head]) -> str:
    """The name of a set of heads, in the page and here: "1.3 2.0"."""
    return " ".join(sorted(f"{layer}.{head}" for layer, head in heads))


def _recorded(given: tuple[Any, Any], shape: Sequence[int], vocabulary: Sequence[str]) -> Recorded:
    before = table_of_numbers(given[0], "next_token[0]", ("vocab_size",))
    without = table_of_numbers(given[1], "next_token[1]", ("layers", "heads", "vocab_size"))
    if without.shape != (*shape, len(before)):
        raise ValueError(
            f"next_token[1] has shape {without.shape}; for {shape[0]} layers, {shape[1]} heads and "
            f"{len(before)} tokens give {(*shape, len(before))}."
        )
    require_vocabulary(vocabulary, len(before))
    return Recorded(before, without)


def _still(view: AblationView) -> bytes:
    import matplotlib.pyplot as plt
    from matplotlib.figure import Figure

    from lmlab.viz import theme
    from lmlab.viz.figures import to_png

    n_layers, n_heads = view.effects.shape
    rows = view.answers.get(_key([view.strongest[0]]), {}).get("next", [])
    with plt.rc_context(theme.style()):
        figure = Figure(figsize=(10, max(3.0, 1.6 + 0.3 * n_layers)), layout="constrained")
        ax, *others = figure.subplots(1, 2, squeeze=False)[0] if rows else [figure.subplots()]
        texts = [[f"{effect:+.2f}" for effect in row] for row in view.effects]
        names = [f"layer {i}" for i in range(n_layers)], [str(j) for j in range(n_heads)]
        draw_cells(ax, view.effects, *names, texts=texts, **signed_colours(view.effects))
        ax.set(xlabel="head", title=theme.drawable(view.title, 80))
        bar = figure.colorbar(ax.images[0], ax=ax, label="change of the loss, nats a token")
        bar.outline.set_visible(False)
        for ax in others:
            _draw_next(ax, rows, "layer {}, head {}".format(*view.strongest[0]))
        return to_png(figure)


def _draw_next(ax, rows: Sequence[tuple[str, float, float]], head: str) -> None:
    """Two bars for each token: with all heads, and without one."""
    from lmlab.viz import theme

    places = np.arange(len(rows))
    names, before, without = zip(*rows, strict=True)
    ax.barh(places - 0.2, before, height=0.38, color=theme.BLUE, label="whole model")
    ax.barh(places + 0.2, without, height=0.38, color=theme.ORANGE, label=f"without {head}")
    ax.set_yticks(places, [theme.drawable(name) for name in names])
    ax.invert_yaxis()
    ax.set(xlabel="probability of the next token", title="next token", xlim=(0, None))
    ax.legend(frameon=False)
