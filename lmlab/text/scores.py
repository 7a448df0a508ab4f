"""Scores: what the probabilities that a model gives to a text come to.

Built in chapter 2.1.
"""

import math

from jaxtyping import Float
from torch import Tensor


def perplexity(log_probs: Float[Tensor, " n_tokens"]) -> float:
    """exp of the mean of -log_probs, which are in nats, one for each token.

    A model that hesitates between N equally likely tokens has perplexity N.
    """
    if not len(log_probs):
        raise ValueError("there are no log-probabilities; give that of one token at least.")
    return math.exp(-log_probs.double().mean().item())


def bits_per_character(nats_per_token: float, characters_per_token: float | int) -> float:
    """nats_per_token / ln 2 / characters_per_token: the same for every tokenizer's tokens.

    A bit is ln 2 = 0.693 nats. `lmlab.text.characters_per_token` counts the characters.
    """
    if not characters_per_token > 0:
        raise ValueError(
            f"characters_per_token={characters_per_token} must be above 0: the characters of the "
            "text divided by its tokens."
        )
    return nats_per_token / math.log(2) / characters_per_token
