"""Activation patching: which tensor carries what makes the difference between two texts?

The model reads the corrupt text, but one vector of it is taken from the clean one. Where the clean
answer comes back, that vector carried it. Built in chapter 5.2.
"""

import math
from collections.abc import Callable

import torch
from jaxtyping import Float
from torch import Tensor
from tqdm.auto import tqdm

from lmlab.interpret.reading import Text, read
from lmlab.interpret.record import layer_names, record
from lmlab.models import Pretrained

Metric = Callable[[Tensor], Tensor | float]
"""From logits, (batch, time, vocab_size), to one number."""

COPIES = 16  # of a text, each patched at another place, that are read at once


def logit_difference(right: int, wrong: int, position: int = -1) -> Metric:
    """The metric logit(right) - logit(wrong) at a position, averaged over the texts.

    In it, whatever raises both alike cancels out. Source: Wang et al. 2022 (arXiv 2211.00593).
    """
    return lambda logits: (logits[:, position, right] - logits[:, position, wrong]).mean()


def patch(
    model: Pretrained,
    clean: Text,
    corrupt: Text,
    metric: Metric,
    what: str = "resid",
    of: str = "*",
    progress: bool = True,
) -> Float[Tensor, "layers places"]:
    """The share of the metric that each vector of the clean text brings back in the corrupt one.

    0: the metric stays as the corrupt text has it. 1: it is as the clean text has it. `what` is
    what to patch: "resid", "attn.out" or "mlp.out", (layers, positions), or "attn.heads",
    (layers, heads), each at all positions. An encoder–decoder has them several times: `of` tells
    them apart ("encoder.*", "decoder.*"). Position t of one text is patched with position t of the
    other, so both must have their words at the same places, and be equally long.

    Source: Meng et al. 2022 (arXiv 2202.05262), without their noise; Wang et al. 2022 (arXiv
    2211.00593); Zhang & Nanda 2024 (arXiv 2309.16042) for what to beware of.
    """
    _check_lengths(clean, corrupt)
    with model.evaluating():
        low = float(metric(read(model, corrupt)))
        with record(model, only=f"*.{what}") as tape:
            high = float(metric(read(model, clean)))
    _check_difference(high, low)
    names = layer_names(tape, what, of)
    rows = [
        _patched(model, corrupt, metric, name, tape[name])
        for name in tqdm(names, desc=f"patching {what}", delay=1, disable=not progress)
    ]
    return (torch.tensor(rows) - low) / (high - low) + 0.0  # turns -0 into 0


def _patched(
    model: Pretrained, corrupt: Text, metric: Metric, name: str, clean: Tensor
) -> list[float]:
    """The metric for each place of one tensor: axis 1, the positions or the heads."""
    values: list[float] = []
    for places in torch.arange(clean.size(1), device=clean.device).split(COPIES):
        copies = _repeated(corrupt, len(places))  # (places · batch, time)
        with model.evaluating(), record(model, (), {name: _put(clean, places)}):
            logits = read(model, copies)
        values += [float(metric(part)) for part in logits.chunk(len(places))]
    return values


def _put(clean: Tensor, places: Tensor) -> Callable[[Tensor], Tensor]:
    """An editor that gives the i-th copy of the texts the clean vectors at places[i]."""

    def edit(value: Tensor) -> Tensor:
        value = value.unflatten(0, (len(places), -1)).clone()  # (places, batch, place, ...)
        copy = torch.arange(len(places), device=value.device)
        value[copy, :, places] = clean[:, places].transpose(0, 1)
        return value.flatten(0, 1)

    return edit


def _repeated(text: Text, n: int) -> Text:
    if isinstance(text, tuple):
        return tuple(ids.repeat(n, 1) for ids in text)
    return text.repeat(n, 1)


def _check_lengths(clean: Text, corrupt: Text) -> None:
    pairs = zip(clean, corrupt, strict=True) if isinstance(clean, tuple) else [(clean, corrupt)]
    for one, other in pairs:
        if one.shape != other.shape:
            raise ValueError(
                f"the clean text is {tuple(one.shape)} and the corrupt one {tuple(other.shape)}, "
                "(batch, time): both must have as many tokens. Change words for others that are "
                "as many tokens long."
            )


def _check_difference(clean: float, corrupt: float) -> None:
    if math.isclose(clean, corrupt, rel_tol=1e-5, abs_tol=1e-5):
        raise ValueError(
            f"the metric is {clean:.4g} on both texts, so there is nothing to bring back: choose "
            "texts, or a metric, that differ."
        )
