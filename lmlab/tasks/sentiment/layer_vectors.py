"""A vector for each text from each layer of an encoder. Used in chapter 6.5."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import torch
from jaxtyping import Float
from torch import Tensor
from torch.nn import functional as F

from lmlab.models.transformer import Transformer
from lmlab.nn.pooling import mean_pooled
from lmlab.tasks.adapters import batch_of
from lmlab.text.tokenizer import Tokenizer

ROWS = 32  # texts that are read at once


def layer_vectors(
    model: Transformer, tokenizer: Tokenizer, texts: Sequence[str]
) -> Float[Tensor, "texts layers d_model"]:
    """For each text and each block, the mean of what the block gives for its tokens, of length 1.

    Raises ValueError when a text is empty, or longer than the model reads.
    """
    rows = [tokenizer.encode(text) for text in texts]
    order = sorted(range(len(rows)), key=lambda place: len(rows[place]))  # so less is filled up
    found = torch.empty(len(rows), len(model.blocks), model.config.d_model)
    for first in range(0, len(order), ROWS):
        places = order[first : first + ROWS]
        ids, mask = batch_of([rows[place] for place in places], model.config.context_length)
        with model.evaluating(), _kept(model) as layers:
            model.hidden(ids, attention_mask=mask, causal=False)
        found[places] = torch.stack([mean_pooled(x, mask) for x in layers], dim=1)
    return F.normalize(found, dim=-1)


@contextmanager
def _kept(model: Transformer) -> Iterator[list[Tensor]]:
    """What each block gives while the `with` block runs."""
    given: list[Tensor] = []
    hooks = [
        block.register_forward_hook(lambda _block, _inputs, output: given.append(output))
        for block in model.blocks
    ]
    try:
        yield given
    finally:
        for hook in hooks:
            hook.remove()
