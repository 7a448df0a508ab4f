"""Next-token distributions as the views hold them: the likeliest tokens, by name."""

from collections.abc import Sequence
from typing import SupportsFloat

import numpy as np
from jaxtyping import Float, Int

from lmlab.viz.tokens import show

_TOLERANCE = 0.02  # a row of bfloat16 probabilities sums to one within this


def distributions(
    scores: Float[np.ndarray, "*batch vocab_size"],
) -> Float[np.ndarray, "*batch vocab_size"]:
    """Probabilities as they are; anything else (logits, log-probabilities) after a softmax."""
    if scores.min() >= 0 and np.allclose(scores.sum(axis=-1), 1, atol=_TOLERANCE):
        return scores
    powers = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return powers / powers.sum(axis=-1, keepdims=True)


def likeliest(
    probabilities: Float[np.ndarray, "*batch vocab_size"], n: int
) -> Int[np.ndarray, "*batch n"]:
    """The ids of the `n` likeliest tokens of each row, best first; of equals, the lower id."""
    n = min(n, probabilities.shape[-1])
    best = np.sort(np.argpartition(-probabilities, n - 1, axis=-1)[..., :n], axis=-1)
    order = np.argsort(-np.take_along_axis(probabilities, best, -1), axis=-1, kind="stable")
    return np.take_along_axis(best, order, -1)


def require_vocabulary(vocabulary: Sequence[str], vocab_size: int) -> None:
    """Raise ValueError when there is not one name for each id."""
    if len(vocabulary) != vocab_size:
        raise ValueError(
            f"{len(vocabulary)} names were given for a vocabulary of {vocab_size}; give one for "
            "each id: tokenizer.tokens(range(tokenizer.vocab_size))."
        )


def compared(
    before: Float[np.ndarray, " vocab_size"],
    after: Float[np.ndarray, " vocab_size"],
    vocabulary: Sequence[str],
    n: int,
) -> list[tuple[str, float, float]]:
    """The `n` likeliest tokens of either: name, probability before, probability after."""
    ids = dict.fromkeys([*likeliest(before, n).tolist(), *likeliest(after, n).tolist()])
    return [(show(vocabulary[i]), in_short(before[i]), in_short(after[i])) for i in ids]


def in_short(probability: SupportsFloat) -> float:
    """A probability as a page holds it: to four places, in which machines agree."""
    return round(float(probability), 4)
