"""How attention is shared out over the parts of a text. Built in chapter 8.2."""

from collections.abc import Mapping, Sequence

import torch
from jaxtyping import Float
from torch import Tensor

Span = tuple[int, int]
"""The first token of a part, and the first one behind it."""


def span_shares(
    weights: Float[Tensor, "*batch query key"], spans: Sequence[Span], query: int = -1
) -> Float[Tensor, "*batch span"]:
    """What one query, the last unless another is named, gives to all keys of each part together.

    Parts that cover every key add up to 1. A long part gets much by being long: compare it with
    its share of the tokens. Built in chapter 8.2.
    """
    row = weights[..., query, :]  # (*batch, key)
    return torch.stack([row[..., start:end].sum(dim=-1) for start, end in spans], dim=-1)


def locate_parts(tokens: Sequence[str], parts: Mapping[str, str]) -> dict[str, Span]:
    """The tokens of each part of a text, by its name; parts stand in the text in this order.

    A token that holds the end of one part and the beginning of the next goes to the first. Raises
    ValueError when a part is not there.
    """
    ends = torch.tensor([len(token) for token in tokens]).cumsum(dim=0)
    text, found, behind = "".join(tokens), {}, 0
    first = 0
    for name, part in parts.items():
        start = text.find(part, behind)
        if start < 0 or not part:
            raise ValueError(f"{name!r}: {part!r:.40} does not stand in the text, in this order.")
        behind = start + len(part)
        first = max(first, int((ends <= start).sum()))
        last = int((ends < behind).sum()) + 1
        found[name] = (first, last)
        first = last
    return found
