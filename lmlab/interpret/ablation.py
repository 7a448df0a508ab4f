"""Ablation: knock heads out, and see what the model can no longer do.

Weights show where a head looks; what that is good for shows when the head is gone. Built in
chapter 5.2.
"""

from collections.abc import Sequence
from functools import partial
from itertools import product

import torch
from jaxtyping import Float
from torch import Tensor
from tqdm.auto import tqdm

from lmlab.interpret.reading import Text, read
from lmlab.interpret.record import Editor, layer_names, record
from lmlab.models import Pretrained
from lmlab.nn import MultiHeadAttention
from lmlab.text.batches import Batch
from lmlab.training.evaluation import next_token_loss
from lmlab.training.pairs import PairBatch

Head = tuple[int, int]
"""(layer, head), both counted from 0."""


def ablate(
    model: Pretrained,
    heads: Sequence[Head],
    instead: Float[Tensor, "layers heads d_head"] | None = None,
    of: str = "*",
) -> dict[str, Editor]:
    """Editors for `record` that put zeros, or the vectors `instead`, where heads' outputs were.

        with record(model, edit=ablate(model, [(1, 3)])):
            logits = model(ids)

    A model may never have met a zero there. The heads' means (`head_means`) take away what a head
    says of this text, and leave what it always says. An encoder–decoder has three kinds of heads,
    which `of` tells apart: "encoder.*", "decoder.*.attn" and "decoder.*.cross".
    """
    if not heads:
        return {}
    names = _outputs_of_heads(model, of)
    by_layer: dict[int, list[int]] = {}
    for layer, head in heads:
        _require_head(layer, head, len(names), model.config.n_heads)
        by_layer.setdefault(layer, []).append(head)
    return {
        names[layer]: partial(
            _replaced, heads=gone, vectors=None if instead is None else instead[layer]
        )
        for layer, gone in by_layer.items()
    }


def head_means(
    model: Pretrained, text: Text, of: str = "*"
) -> Float[Tensor, "layers heads d_head"]:
    """What each head puts out on average, over all places of the given texts."""
    with model.evaluating(), record(model, only="*.heads") as tape:
        read(model, text)
    return tape.layers("heads", of).mean(dim=(1, 3))  # of (layers, batch, heads, query, d_head)


def loss_without(
    model: Pretrained,
    batch: Batch | PairBatch,
    heads: Sequence[Head] = (),
    instead: Float[Tensor, "layers heads d_head"] | None = None,
    of: str = "*",
) -> float:
    """The loss, in nats a token, when these heads are knocked out together; see `ablate`.

    A GPT is given `Batch(ids[:, :-1], ids[:, 1:])`, a BERT a batch of `MaskedBatches`, and an
    encoder–decoder one of `Pairs`.
    """
    with model.evaluating(), record(model, only=(), edit=ablate(model, heads, instead, of)):
        logits = batch.predict(model)
        return next_token_loss(logits, batch.targets.to(logits.device)).item()


def ablation_effects(
    model: Pretrained,
    batch: Batch | PairBatch,
    instead: Float[Tensor, "layers heads d_head"] | None = None,
    of: str = "*",
    progress: bool = True,
) -> Float[Tensor, "layers heads"]:
    """How much the loss rises, in nats a token, when each head is knocked out alone.

    Below zero: without this head the model does better. The model reads the batch once for each
    head. Source: Michel et al. 2019, section 3.1 (arXiv 1905.10650).
    """
    whole = loss_without(model, batch)
    effects = torch.zeros(len(_outputs_of_heads(model, of)), model.config.n_heads)
    every = list(product(*map(range, effects.shape)))
    for head in tqdm(every, desc="knocking out heads", delay=1, disable=not progress):
        effects[head] = loss_without(model, batch, [head], instead, of) - whole
    return effects


def _outputs_of_heads(model: Pretrained, of: str) -> list[str]:
    """By what name each layer taps the outputs of its heads."""
    attentions = (
        path for path, part in model.named_modules() if isinstance(part, MultiHeadAttention)
    )
    return layer_names([f"{path}.heads" for path in attentions], "heads", of)


def _require_head(layer: int, head: int, n_layers: int, n_heads: int) -> None:
    if not (0 <= layer < n_layers and 0 <= head < n_heads):
        raise ValueError(
            f"there is no head ({layer}, {head}): the model has layers 0 to {n_layers - 1}, each "
            f"with heads 0 to {n_heads - 1}. A head is named (layer, head)."
        )


def _replaced(outputs: Tensor, heads: list[int], vectors: Tensor | None) -> Tensor:
    """(batch, n_heads, query, d_head) with some heads' vectors replaced at every query."""
    outputs = outputs.clone()
    outputs[:, heads] = 0.0 if vectors is None else vectors[heads, None].to(outputs)
    return outputs
