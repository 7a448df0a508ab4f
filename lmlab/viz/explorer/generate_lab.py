"""Generation as a view: token by token, what was expected, what was cut, what was taken."""

from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor

from lmlab.generate.sampling import sample
from lmlab.viz.draws import Sampling
from lmlab.viz.explorer.answering import AnsweringView
from lmlab.viz.explorer.distributions import in_short, require_vocabulary
from lmlab.viz.tokens import show, show_all

Step = Callable[[list[int]], Any]
"""The ids of a text to the logits of the token that follows, (vocab_size,)."""

_ROWS = 12  # tokens shown at each place
_MOST_TOKENS = 200


def generate_lab(
    step: Step,
    vocabulary: Sequence[str],
    start: Sequence[int],
    *,
    n_tokens: int = 12,
    temperature: float = 1.0,
    top_k: int | None = None,
    top_p: float | None = None,
    seed: int = 0,
    title: str | None = None,
    live: bool = False,
) -> "GenerationView":
    """Write token by token: the likeliest next tokens, what the cuts leave, and what is taken.

    Args:
        step: `step(ids)` gives the logits of the next token: `lambda ids: model.next_logits(
            torch.tensor([ids]))[0]`.
        vocabulary: the printable token of each id: `tokenizer.tokens(range(vocab_size))`.
        start: the ids of the text to go on from.
        n_tokens: so many tokens are drawn when the view is made; an exported page steps through
            them. The same seed draws the same, as `model.generate` does.
        temperature: of the draw; this and the next two as in `lmlab.generate.probabilities`.
        top_k: so many tokens are kept, None for all.
        top_p: the likeliest tokens that reach this probability together are kept, None for all.
        seed: of the draws.
        title: a line above the view.
        live: in a notebook with a running kernel, ask `step`: move the sliders, draw, take the
            likeliest or another token, undo.

    Raises ValueError when a setting makes no sense or the logits do not fit. Built in chapter 5.2.
    """
    settings = Sampling(temperature, top_k, top_p, seed)
    if not 0 <= n_tokens <= _MOST_TOKENS:
        raise ValueError(f"n_tokens={n_tokens} is wanted between 0 and {_MOST_TOKENS}.")
    if not len(start):
        raise ValueError("start is empty; give the ids of a text: tokenizer.encode(text).")
    return GenerationView(
        Writer(step, list(vocabulary), [int(i) for i in start]),
        settings,
        n_tokens,
        title or "Writing token by token",
        live,
    )


class Writer:
    """Goes on from a text by one token at a time; what it does depends on its arguments alone."""

    def __init__(self, step: Step, vocabulary: list[str], start: list[int]):
        self.step, self.vocabulary, self.start = step, vocabulary, start

    def logits(self, path: list[int]) -> Float[Tensor, " vocab_size"]:
        """What the model expects after the start and these ids, checked."""
        logits = torch.as_tensor(self.step(self.start + path)).detach()
        if logits.ndim != 1:
            raise ValueError(
                f"step gave logits of shape {tuple(logits.shape)}; give one text's, (vocab_size,)."
            )
        require_vocabulary(self.vocabulary, len(logits))
        return logits.cpu()

    def take(
        self, logits: Float[Tensor, " vocab_size"], settings: Sampling, how: str | int, place: int
    ) -> dict[str, Any]:
        """The token taken at a place: "draw", "likeliest", or the id of one."""
        after = settings.after(logits)
        if how == "draw":
            token, told = _draw(after, settings.seed, place), f"drawn with seed {settings.seed}"
        elif how == "likeliest":
            token, told = int(after.argmax()), "taken as the likeliest"
        else:
            token, told = int(how), "chosen by hand"
        share = in_short(Sampling().after(logits)[token])
        return {"id": token, "token": show(self.vocabulary[token]), "share": share, "how": told}

    def expected(
        self, logits: Float[Tensor, " vocab_size"], settings: Sampling, taken: int | None = None
    ) -> dict[str, Any]:
        """The likeliest tokens: id, name, probability before and after the cuts; then the rest.

        The token taken is among them, however unlikely it was.
        """
        before, after = Sampling().after(logits), settings.after(logits)
        best = before.argsort(descending=True, stable=True)[:_ROWS].tolist()
        best += [taken] * (taken is not None and taken not in best)
        rest = [chances.index_fill(0, torch.tensor(best), 0).sum() for chances in (before, after)]
        return {
            "rows": [
                (i, show(self.vocabulary[i]), in_short(before[i]), in_short(after[i])) for i in best
            ],
            "others": [len(before) - len(best), *map(in_short, rest)],
            "possible": int((after > 0).sum()),
            "settings": {
                "temperature": settings.temperature,
                "top_k": settings.top_k,
                "top_p": settings.top_p,
            },
        }

    def write(self, settings: Sampling, n_tokens: int) -> list[dict[str, Any]]:
        """The places of a text drawn with these settings; at the last none is taken yet."""
        places, path = [], []
        for place in range(n_tokens + 1):
            logits = self.logits(path)
            taken = self.take(logits, settings, "draw", place) if place < n_tokens else None
            ids = [taken["id"]] if taken else []
            places.append({"next": self.expected(logits, settings, *ids), "taken": taken})
            path = path + ids
        return places


class GenerationView(AnsweringView):
    """A text in the making; `selected` is the place in view and the path of ids written."""

    scripts = ("core", "bars", "asking", "generate_lab")

    def __init__(
        self, writer: Writer, settings: Sampling, n_tokens: int, title: str, live: bool = False
    ):
        self.writer, self.settings = writer, settings
        self.places = writer.write(settings, n_tokens)
        path = [place["taken"]["id"] for place in self.places[:-1]]
        data = {
            "about": f"{len(writer.start)} tokens read, {n_tokens} drawn",
            "recorded": "A recorded text: step through it. In a live view the sliders move.",
            "prompt": show_all(writer.vocabulary[i] for i in writer.start),
            "places": self.places,
            "settings": {**self.places[0]["next"]["settings"], "seed": settings.seed},
        }
        self.at = n_tokens if live else 0  # a reader goes through it, a writer goes on
        super().__init__(title, {"at": self.at, "path": path}, data, live)

    def answer(self, question: dict[str, Any]) -> dict[str, Any]:
        """Take a token after `question["path"]`, or none, and say what is expected next."""
        given = question["settings"]
        settings = Sampling(**given | {"temperature": float(given["temperature"])})  # JSON: 1
        path, how = question["path"], question["take"]
        logits = self.writer.logits(path)
        if how is None:
            return {"next": self.writer.expected(logits, settings)}
        taken = self.writer.take(logits, settings, how, len(path))
        here = self.writer.expected(logits, settings, taken["id"])
        logits = self.writer.logits([*path, taken["id"]])
        return {"taken": taken, "here": here, "next": self.writer.expected(logits, settings)}

    @property
    def written(self) -> list[str]:
        """The tokens drawn when the view was made, as they are shown."""
        return [place["taken"]["token"] for place in self.places[:-1]]

    @cached_property
    def png(self) -> bytes:
        """A still picture: the text, and what was expected at the place in view."""
        return _still(self)

    @property
    def alt(self) -> str:
        """The text, and the likeliest tokens at the place in view."""
        rows = self.places[self.at]["next"]["rows"][:3]
        likeliest = ", ".join(f"{token} {before:.0%}" for _, token, before, _ in rows)
        return f"{self._text()}. After “{self._read()}” the likeliest are {likeliest}."

    def narrowing(self, share: float) -> str:
        """Fewer tokens."""
        return f"Draw fewer tokens: n_tokens={int(len(self.places) * share)}."

    def __repr__(self) -> str:
        lines = [f"{self.title}: {self.settings} · seed {self.settings.seed}", self._text()]
        for place in self.places[:-1][:40]:
            _, likeliest, share, _ = place["next"]["rows"][0]
            taken = place["taken"]
            took = f"  {taken['token']} ({taken['share']:.1%})"
            lines.append(f"{took}; likeliest was {likeliest} ({share:.1%})")
        return "\n".join(lines)

    def _read(self) -> str:
        """The end of the text before the place in view."""
        tokens = [*self.payload["prompt"], *self.written[: self.at]]
        return " ".join(["…"[: len(tokens) > 8], *tokens[-8:]]).strip()

    def _text(self) -> str:
        return f"{' '.join(self.payload['prompt'])} → {' '.join(self.written)}"


def _draw(probabilities: Tensor, seed: int, place: int) -> int:
    """The token that a generation with this seed draws at this place, whatever came before."""
    generator = torch.Generator().manual_seed(seed)
    for _ in range(place):
        torch.rand(1, generator=generator)  # one number was used at each place before
    return int(sample(probabilities[None], generator))


def _still(view: GenerationView) -> bytes:
    import matplotlib.pyplot as plt
    from matplotlib.figure import Figure

    from lmlab.viz import theme
    from lmlab.viz.bars import Bar, draw_bars
    from lmlab.viz.figures import to_png

    rows = view.places[view.at]["next"]["rows"]
    with plt.rc_context(theme.style()):
        figure = Figure(figsize=(8.6, 0.24 * len(rows) + 1.7), layout="constrained")
        axes = figure.subplots(1, 2)
        for ax, column, name in zip(axes, (2, 3), ("the model", "after the cuts"), strict=True):
            bars = [Bar(f"{theme.drawable(row[1])} {row[column]:.2f}", row[column]) for row in rows]
            draw_bars(ax, bars, len(rows))
            ax.set_title(theme.drawable(f"after {view._read()[-24:]}: {name}", 60))
            ax.set_xlabel("probability of the next token", color=theme.FAINT, fontsize=9)
        figure.suptitle(theme.drawable(view._text(), 100), x=0.01, ha="left", fontsize=11)
        return to_png(figure)
