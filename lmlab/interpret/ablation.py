"""Ablation: knock heads out, and see what the model can no longer do.

A weight shows where a head looks; only without the head does one see what it was needed for.
Built in chapter 5.2.
"""

from collections.abc import Iterable
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
"""(layer, head), both from 0 on."""
Vectors = Float[Tensor, "layers heads d_head"]


def ablate(
    model: Pretrained, heads: Iterable[Head], instead: Vectors | None = None, of: str = "*"
) -> dict[str, Editor]:
    """Editors for `record` that put zeros, or the vectors `instead`, in the place of heads' outputs.

        with record(model, edit=ablate(model, [(1, 3)])):
            logits = model(ids)

    Zeros are far from all that a model has met; its heads' means (`head_means`) take out what a
    head says about this text and leave what it always says. An encoder–decoder has three kinds of
    heads, which `of` tells apart: "encoder.*", "decoder.*.attn" and "decoder.*.cross".
    """
    sizes = _attentions(model, of)
    chosen: dict[str, dict[int, Tensor]] = {}
    for layer, head in heads:
        name = _named(list(sizes), layer, head, sizes)
        vector = torch.zeros(()) if instead is None else instead[layer, head]
        chosen.setdefault(name, {})[head] = vector
    return {name: _replacing(vectors) for name, vectors in chosen.items()}
