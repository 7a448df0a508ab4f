"""The standard test for induction heads: random tokens, then the same once more.

Nothing in such a text can be known from the language. What helps is to look back. Built in
chapter 5.2.
"""

import torch
from jaxtyping import Float, Int
from torch import Tensor

from lmlab.interpret.patterns import induction_score
from lmlab.interpret.reading import read
from lmlab.interpret.record import record
from lmlab.models import EncoderDecoder, Pretrained


def repeated_tokens(
    vocab_size: int, length: int = 25, batch: int = 4, seed: int = 0
) -> Int[Tensor, "batch twice_length"]:
    """Texts of `length` different tokens in random order, each followed by itself."""
    if length > vocab_size:
        raise ValueError(
            f"length={length} is more than the {vocab_size} tokens of the vocabulary, each of "
            "which may stand in the text once; ask for fewer."
        )
    generator = torch.Generator().manual_seed(seed)
    rows = [torch.randperm(vocab_size, generator=generator)[:length] for _ in range(batch)]
    return torch.stack(rows).repeat(1, 2)


def induction_scores(
    model: Pretrained, length: int = 25, batch: int = 4, seed: int = 0, of: str = "*"
) -> Float[Tensor, "layers heads"]:
    """Each head's induction score on repeated random tokens, averaged over the texts.

    Both sides of an encoder–decoder read the text; `of` ("encoder.*", "decoder.*.attn") says whose
    heads are meant. Source: Olsson et al. 2022 (arXiv 2209.11895), "Definition of induction heads".
    """
    ids = repeated_tokens(model.config.vocab_size, length, batch, seed).to(model.device)
    with model.evaluating(), record(model, only="*.weights") as tape:
        read(model, (ids, ids) if isinstance(model, EncoderDecoder) else ids)
    weights = tape.layers("weights", of)  # (layers, batch, heads, query, key)
    return induction_score(weights, ids[0]).mean(dim=1)  # the places are the same in every row
