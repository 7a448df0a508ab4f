"""Heads while a model learns: attention at each of its checkpoints, and the loss."""

from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import Any

import numpy as np

from lmlab.viz.explorer.head_view import HeadView
from lmlab.viz.explorer.maps import AttentionMaps, Moment
from lmlab.viz.explorer.packing import pack


def timeline(
    attentions: Iterable[Any],
    tokens: Iterable[Any],
    steps: Iterable[int],
    losses: Iterable[int | float] | None = None,
    *,
    step: int | None = None,
    layer: int | None = None,
    head: int | None = None,
    query: int | None = None,
    title: str | None = None,
    layers: Iterable[int] | int | None = None,
    heads: Iterable[int] | int | None = None,
    live: bool = False,
) -> "TimelineView":
    """Show heads at the checkpoints of a training: their patterns, how these rise, and the loss.

    Args:
        attentions: for each checkpoint the weights over one and the same text, each as `head_view`
            takes them; or an array (checkpoints, layers, heads, query, key).
        tokens: one string for each key position.
        steps: the training step of each checkpoint, rising. They stand at even distances.
        losses: the loss at each checkpoint.
        step: the checkpoint shown first, one of `steps`; by default the last one.
        layer, head: shown first; by default, of the head whose patterns rise most.
        query, title, layers, heads, live: as for `head_view`.

    Returns a `TimelineView`. Raises ValueError when the numbers do not fit, or when it would take
    more than 2 MB of the page. Built in chapter 5.2.
    """
    tokens = tokens if isinstance(tokens, str) else list(tokens)  # read for each checkpoint
    film = [AttentionMaps.read(weights, tokens, layers, heads) for weights in attentions]
    steps, losses = _check(film, steps, losses)
    step = steps[-1] if step is None else step
    if step not in steps:
        raise ValueError(f"step={step} was given; the checkpoints are {steps}.")
    if layer is None and head is None:
        layer, head = _most_risen(film)
    start = film[steps.index(step)].select(layer, head, query)
    return TimelineView(
        film, steps, losses, Moment(step, *start), title or "Heads in training", live
    )


class TimelineView(HeadView):
    """Attention over one text at several checkpoints, `film`; `selected` is a `Moment`."""

    scripts = ("core", "attention", "head", "grid", "head_view", "timeline")

    def __init__(
        self,
        film: Sequence[AttentionMaps],
        steps: Sequence[int],
        losses: Sequence[float] | None,
        start: Moment,
        title: str,
        live: bool = False,
    ):
        self.film, self.steps, self.losses = film, steps, losses
        super().__init__(film[steps.index(start.step)], start, title, live)

    def scores(self, layer: int, head: int) -> dict[str, list[float]]:
        """For each pattern that the text has a place for, the head's share at each checkpoint."""
        i, j = self.maps.layers.index(layer), self.maps.heads.index(head)
        return {
            pattern: [float(maps.scores[pattern][i, j]) for maps in self.film]
            for pattern in self.maps.scores
        }

    def data(self) -> dict[str, Any]:
        """What the script reads: one text, and what each checkpoint makes of it."""
        data = self.maps.payload()
        del data["badges"]
        causal = all(maps.causal for maps in self.film)
        return data | {
            "causal": causal,
            "weights": pack(np.concatenate([maps.weights for maps in self.film]), causal),
            "earned": [maps.badges_in_percent() for maps in self.film],
            "scores": {pattern: _percent(self.film, pattern) for pattern in self.maps.scores},
            "steps": self.steps,
            "losses": self.losses,
        }

    @cached_property
    def png(self) -> bytes:
        """A still picture: the curves of the chosen head, and some of its patterns."""
        from lmlab.viz.explorer.timeline_still import still

        scores = self.scores(self.start.layer, self.start.head)
        return still(self.film, scores, self.steps, self.losses, self.start, self.title)

    @property
    def alt(self) -> str:
        """Two sentences that say what the picture shows."""
        _, layer, head = self.start[:3]
        scores = self.scores(layer, head)
        name = max(scores, key=lambda pattern: scores[pattern][-1] - scores[pattern][0])
        return (
            f"{self.title}: {len(self.steps)} checkpoints from step {self.steps[0]} to "
            f"{self.steps[-1]}. Layer {layer}, head {head}: {name} goes from "
            f"{scores[name][0]:.0%} to {scores[name][-1]:.0%}."
        )

    def narrowing(self, share: float) -> str:
        """Fewer checkpoints, layers, heads or tokens."""
        fewer = f"Give fewer of the {len(self.steps)} checkpoints, or: "
        return fewer + super().narrowing(share)

    def __repr__(self) -> str:
        _, layer, head = self.start[:3]
        scores = self.scores(layer, head)
        lines = [f"{self.title}: {self._size()}", f"layer {layer}, head {head}"]
        names = [*scores, *(["loss"] if self.losses else [])]
        lines.append("    step  " + "  ".join(f"{name:>9}" for name in names))
        for at, step in enumerate(self.steps):
            cells = [f"{values[at]:9.0%}" for values in scores.values()]
            cells += [f"{self.losses[at]:9.4g}"] if self.losses else []
            lines.append(f"{step:8}  " + "  ".join(cells))
        return "\n".join(lines)


def _percent(film: Sequence[AttentionMaps], pattern: str) -> list:
    tables = np.stack([maps.scores[pattern] for maps in film])  # (checkpoints, layers, heads)
    return (100 * tables).round().astype(int).tolist()


def _check(
    film: Sequence[AttentionMaps], steps: Iterable[int], losses: Iterable[int | float] | None
) -> tuple[list[int], list[float] | None]:
    """The steps and the losses as plain numbers; ValueError when they do not fit the film."""
    steps = [int(step) for step in steps]
    if len(film) != len(steps) or not film:
        raise ValueError(
            f"{len(film)} attentions and {len(steps)} steps were given; give one step for each."
        )
    if sorted(set(steps)) != steps:
        raise ValueError(f"the steps {steps} do not rise; give the checkpoints in their order.")
    shapes = sorted({maps.weights.shape for maps in film})
    if len(shapes) > 1:
        raise ValueError(
            f"the checkpoints differ in shape: {shapes} (layers, heads, query, key). Give the same "
            "model and the same text at each."
        )
    if losses is None:
        return steps, None
    losses = [float(f"{float(loss):.4g}") for loss in losses]
    if len(losses) != len(steps) or not np.isfinite(losses).all():
        raise ValueError(
            f"losses={losses} were given; give a number for each of {len(steps)} steps."
        )
    return steps, losses


def _most_risen(film: Sequence[AttentionMaps]) -> tuple[int, int]:
    """The head with the pattern that has risen most, by its numbers."""
    first, last = film[0], film[-1]
    rise = np.max([last.scores[pattern] - first.scores[pattern] for pattern in last.scores], axis=0)
    i, j = np.unravel_index(rise.argmax(), rise.shape)
    return last.layers[i], last.heads[j]
