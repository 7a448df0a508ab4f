"""The decoding loop: ask for the next token, append it, ask again.

Built in chapter 5.
"""

from collections.abc import Callable, Iterator

import torch
from jaxtyping import Float, Int
from torch import Tensor

from lmlab.generate.sampling import check_settings, probabilities, sample

NextLogits = Callable[[Int[Tensor, "batch time"]], Float[Tensor, "batch vocab_size"]]


def decode(
    next_logits: NextLogits,
    ids: Int[Tensor, "batch time"],
    max_new_tokens: int,
    *,
    temperature: float = 1.0,
    top_k: int | None = None,
    top_p: float | None = None,
    seed: int | None = None,
    eos_id: int | None = None,
) -> Iterator[Int[Tensor, " batch"]]:
    """Yield one new token for each sequence, until max_new_tokens or until all have ended.

    `next_logits` is given all ids so far. A sequence that has drawn `eos_id` goes on with it.
    With a seed the same call yields the same tokens; without one, torch's own generator draws.
    """
    check_settings(temperature, top_k, top_p)
    if max_new_tokens < 0:
        raise ValueError(f"max_new_tokens={max_new_tokens} must be 0 or more.")
    generator = None if seed is None else torch.Generator(ids.device).manual_seed(seed)
    ended = torch.zeros(ids.size(0), dtype=torch.bool, device=ids.device)
    for _ in range(max_new_tokens):
        logits = next_logits(ids)
        if temperature == 0:
            token = logits.argmax(dim=-1)
        else:
            token = sample(probabilities(logits, temperature, top_k, top_p), generator)
        if eos_id is not None:
            token = token.masked_fill(ended, eos_id)
            ended = ended | (token == eos_id)
        yield token
        if ended.all():
            return
        ids = torch.cat((ids, token[:, None]), dim=-1)


def window_start(length: int, context_length: int) -> int:
    """Where the model starts to read once a text of `length` tokens outgrows its context.

    The window moves by half a context at a time: in between, a cache stays valid. The rule looks
    at the length alone, so decoding with and without a cache reads the same tokens.
    """
    stride = max(1, context_length // 2)
    return max(0, -(-(length - context_length) // stride) * stride)
