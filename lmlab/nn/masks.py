"""Masks: which keys a query may look at. True means it may.

Built in chapter 2.2.
"""

import torch
from jaxtyping import Bool, Int
from torch import Tensor


def causal_mask(
    query_len: int, key_len: int | None = None, device: torch.device | str | None = None
) -> Bool[Tensor, "query key"]:
    """Each position may look at itself and at what came before, never ahead.

    With more keys than queries (earlier keys wait in a cache), the queries are the last positions:
    query i stands at key i + key_len - query_len.
    """
    key_len = query_len if key_len is None else key_len
    if key_len < query_len:
        raise ValueError(
            f"key_len={key_len} is smaller than query_len={query_len}: the queries are the last "
            "of the keys; pass at least as many keys as queries."
        )
    allowed = torch.ones(query_len, key_len, dtype=torch.bool, device=device)
    return allowed.tril(diagonal=key_len - query_len)


def window_mask(
    query_len: int, key_len: int, window: int, device: torch.device | str | None = None
) -> Bool[Tensor, "query key"]:
    """Each position may look at the last `window` positions, itself the last of them.

    As in `causal_mask`, the queries are the last of the keys. Source: Beltagy et al. 2020, section
    3.1 (arXiv 2004.05150).
    """
    if window < 1:
        raise ValueError(f"window={window} must be 1 or more: each position sees at least itself.")
    return causal_mask(query_len, key_len, device).triu(key_len - query_len - window + 1)


def prefix_mask(
    length: int, prefix: int, device: torch.device | str | None = None
) -> Bool[Tensor, "length length"]:
    """All may look at the first `prefix` positions; what follows is causal.

    With prefix = 0 it is the mask of a decoder, with prefix = length that of an encoder. Source:
    the prefix language model of Raffel et al. 2020, section 3.2.1 (arXiv 1910.10683).
    """
    if not 0 <= prefix <= length:
        raise ValueError(f"prefix={prefix} must be between 0 and length={length}.")
    mask = causal_mask(length, device=device)
    mask[:, :prefix] = True
    return mask


def padding_mask(
    lengths: Int[Tensor, " batch"], max_len: int | None = None
) -> Bool[Tensor, "batch max_len"]:
    """True for real tokens, False for the padding on the right of each sequence."""
    max_len = int(lengths.max()) if max_len is None else max_len
    return torch.arange(max_len, device=lengths.device) < lengths[:, None]


def positions_from_mask(mask: Bool[Tensor, "batch time"]) -> Int[Tensor, "batch time"]:
    """The position of each real token among the real tokens; padding gets 0.

    So a sentence has the same positions, and the same logits, wherever its padding stands.
    """
    return (mask.long().cumsum(dim=-1) - 1).clamp(min=0)
