"""One vector for a whole text, so that texts of like meaning lie near each other."""

import torch
from jaxtyping import Float
from torch import Tensor
from torch.nn import functional as F

from lmlab.models.transformer import Transformer
from lmlab.nn.pooling import mean_pooled
from lmlab.text.tokenizer import Tokenizer

ROWS = 32  # texts that are read at once


def sentence_vectors(
    model: Transformer, tokenizer: Tokenizer, texts: list[str]
) -> Float[Tensor, "texts d_model"]:
    """The mean of a text's token vectors, scaled to length 1; a @ b is then the cosine.

    A text longer than the model reads is cut, its last token kept. MiniLM was trained to be read
    so. Source: Reimers & Gurevych 2019, section 3 (arXiv 1908.10084).
    """
    found = [torch.empty(0, model.config.d_model, device=model.device)]
    for start in range(0, len(texts), ROWS):
        ids, mask = _batch(model, tokenizer, texts[start : start + ROWS])
        with model.evaluating():
            vectors = model.hidden(ids, attention_mask=mask, causal=False)
        found.append(mean_pooled(vectors, mask))
    return F.normalize(torch.cat(found), dim=-1)


def _batch(model: Transformer, tokenizer: Tokenizer, texts: list[str]) -> tuple[Tensor, Tensor]:
    """The ids of the texts, filled up on the right, and which of them are real."""
    longest = model.config.context_length
    rows = [_cut(tokenizer.encode(text), longest) for text in texts]
    width = max(map(len, rows))
    ids = torch.tensor([row + [0] * (width - len(row)) for row in rows], device=model.device)
    lengths = torch.tensor([[len(row)] for row in rows], device=model.device)
    return ids, torch.arange(width, device=model.device) < lengths


def _cut(ids: list[int], longest: int) -> list[int]:
    return ids if len(ids) <= longest else ids[: longest - 1] + ids[-1:]
