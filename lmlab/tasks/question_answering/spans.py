"""Spans of characters and spans of tokens, and the likeliest span. Built in chapter 6.2."""

from collections.abc import Sequence

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor

from lmlab.text.tokenizer import Tokenizer

Span = tuple[int, int]


def token_offsets(tokenizer: Tokenizer, ids: Sequence[int]) -> list[Span]:
    """For each token, where its characters begin and end (exclusive) in the decoded text.

    Tokens that share a character, as bytes of one do, all have the span of that character.
    """
    offsets: list[Span] = []
    begin, parts = 0, []
    for token in ids:
        parts.append(token)
        piece = tokenizer.decode(parts)
        offsets.append((begin, begin + len(piece)))
        if not piece.endswith("\ufffd"):  # else a character is not whole yet
            begin, parts = begin + len(piece), []
    return offsets


def token_span(offsets: Sequence[Span], start: int, end: int) -> Span:
    """The first and the last token that hold a character of text[start:end].

    `offsets` are those of `token_offsets`. A token may begin before the span: " hill" holds the
    space as well.
    """
    first = next(place for place, (_, stop) in enumerate(offsets) if stop > start)
    last = max(place for place, (begin, _) in enumerate(offsets) if begin < end)
    return first, last


def passage_mask(ids: Int[Tensor, "batch time"], mark: int) -> Bool[Tensor, "batch time"]:
    """True at the tokens of the passage in `mark question mark passage`: where an answer may be."""
    marks = ids == mark
    return (marks.cumsum(dim=-1) >= 2) & ~marks


def best_span(
    start_logits: Float[Tensor, " time"], end_logits: Float[Tensor, " time"], max_tokens: int
) -> Span:
    """The first and last token of the span with the highest start_logits[i] + end_logits[j].

    Only spans of 1 to `max_tokens` tokens count: i ≤ j < i + max_tokens.
    Source: Devlin et al. 2019, section 4.2 (arXiv 1810.04805).
    """
    scores = start_logits[:, None] + end_logits  # (start, end)
    allowed = torch.ones_like(scores, dtype=torch.bool).triu().tril(max_tokens - 1)
    best = int(scores.masked_fill(~allowed, -torch.inf).argmax())
    return divmod(best, len(end_logits))
