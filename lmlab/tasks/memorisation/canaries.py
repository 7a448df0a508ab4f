"""Canaries: planted secrets, and how far a model gives them away. Built in chapter 8.2.

Source: Carlini et al. 2019, section 4.2 (arXiv 1802.08232).
"""

import math
from collections.abc import Sequence

import torch
from jaxtyping import Float, Int
from torch import Tensor

from lmlab.generate import KVCache
from lmlab.models import GPT
from lmlab.tasks.memorisation.doctors_book import DIGITS, LENGTH, Secret
from lmlab.text import CharTokenizer


def exposure(log_probs: Float[Tensor, " candidates"], secret: int) -> float:
    """log2 of the number of candidates, less log2 of the secret's rank among them, in bits.

    `secret` is its place in `log_probs`. Its rank is how many candidates are at least as likely, so
    that of equals it stands last: a model that knows nothing exposes nothing. It is the bits that a
    guesser is spared who tries the likeliest first: all of them at rank 1, none at the last. A
    secret that the model has never seen has any rank, and so on average log2 e = 1.44 bits.
    """
    rank = int((log_probs >= log_probs[secret]).sum())
    return math.log2(len(log_probs)) - math.log2(rank)


def code_log_probs(
    model: GPT, prompt: Int[Tensor, " time"], symbols: Int[Tensor, " symbols"], length: int
) -> Float[Tensor, " codes"]:
    """log P of every code of `length` symbols after the prompt, in the order of counting.

    The codes are a tree: those that begin alike are read once up to where they part. The model's
    cache keeps what was read, so each step reads one symbol for each beginning.
    """
    cache = KVCache(model.config.n_layers, model.config.context_length)
    total = torch.zeros(1, device=model.device)
    new = prompt[None].to(model.device)
    with model.evaluating():
        for place in range(length):
            logits = model(new, cache=cache)[:, -1]  # (beginnings, vocab_size)
            steps = logits.log_softmax(dim=-1)[:, symbols]
            total = (total[:, None] + steps).flatten()  # (beginnings · symbols)
            if place < length - 1:
                new = symbols.repeat(len(steps))[:, None].to(model.device)
                cache.reorder(torch.arange(len(total)) // len(symbols))
    return total


def secret_log_probs(
    model: GPT, secret: Secret, tokenizer: CharTokenizer
) -> Float[Tensor, " codes"]:
    """log P of all 10,000 codes after the secret's prompt; place 4719 is that of code 4719."""
    prompt = torch.tensor([tokenizer.eos_id, *tokenizer.encode(secret.prompt)])
    return code_log_probs(model, prompt, torch.tensor(tokenizer.encode(DIGITS)), LENGTH)


def exposures(
    model: GPT, secrets: Sequence[Secret], tokenizer: CharTokenizer
) -> dict[int, list[float]]:
    """The exposure of each secret, in bits, under the number of its repetitions."""
    found: dict[int, list[float]] = {}
    for secret in secrets:
        bits = exposure(secret_log_probs(model, secret, tokenizer), int(secret.code))
        found.setdefault(secret.repetitions, []).append(bits)
    return dict(sorted(found.items()))
