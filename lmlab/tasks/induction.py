"""Texts in which only looking back helps: random tokens, said over and over.

Built in chapter 5.2: an induction head forms while a small GPT learns them.
"""

import numpy as np
from jaxtyping import Int, UInt16
from torch import Tensor
from torch.nn import functional as F

from lmlab.models import LanguageModel

VOCAB_SIZE = 64
MARK = VOCAB_SIZE - 1
"""Stands before each text, and nowhere in it."""
LENGTH = 64
"""Tokens of a text, the mark left out."""

_SHORTEST, _LONGEST = 8, 32


def repeating_texts(n_texts: int, seed: int = 0) -> UInt16[np.ndarray, " n_tokens"]:
    """Texts laid end to end, each a mark and 64 tokens: some different ones, said over and over.

    How many come before the first comes again, 8 to 32, differs from text to text: so no fixed
    distance leads to the answer. For `train`, with begin_with=MARK and a context of 64 tokens.
    """
    chance = np.random.default_rng(seed)
    periods = chance.integers(_SHORTEST, _LONGEST + 1, size=n_texts)
    texts = np.full((n_texts, 1 + LENGTH), MARK, dtype=np.uint16)
    for text, period in zip(texts, periods, strict=True):
        text[1:] = np.resize(chance.permutation(MARK)[:period], LENGTH)
    return texts.reshape(-1)


def loss_on_repeats(model: LanguageModel, ids: Int[Tensor, "batch time"], period: int) -> float:
    """The loss, in nats, on the tokens that an earlier copy foretells.

    `ids` begin with the mark, and repeat after `period` tokens. The first token that comes again
    does not count: nothing has told yet that the text begins anew.
    """
    with model.evaluating():
        logits = model(ids[:, :-1])
    foretold = slice(period + 1, None)
    return F.cross_entropy(logits[:, foretold].mT, ids[:, 1:][:, foretold]).item()
