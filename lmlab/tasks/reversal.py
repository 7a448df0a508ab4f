"""Letters to be written backwards: the smallest task that a decoder cannot do without its source.

Built in chapter 2.3: the cross-attention that learns it is a line from corner to corner.
"""

import string

import numpy as np
from jaxtyping import Bool

from lmlab.models import EncoderDecoder
from lmlab.text.batches import IGNORED
from lmlab.text.char import CharTokenizer
from lmlab.training.pairs import Pairs

TOKENIZER = CharTokenizer("·" + string.ascii_lowercase, special_tokens=())
MARK = 0
"""The id of "·", with which targets begin and end; the letters follow it."""


def reversal_pairs(n_pairs: int, longest: int = 8, seed: int = 0) -> Pairs:
    """Random letters, 1 to `longest` of them, and the same letters from the last to the first."""
    chance = np.random.default_rng(seed)
    lengths = chance.integers(1, longest + 1, size=n_pairs)
    sources = [chance.integers(1, TOKENIZER.vocab_size, size=length).tolist() for length in lengths]
    return Pairs.of(sources, [source[::-1] for source in sources], begin_id=MARK, end_id=MARK)


def solved(model: EncoderDecoder, pairs: Pairs) -> Bool[np.ndarray, " n_pairs"]:
    """Whether the model writes each target, to its end, without a mistake.

    It takes the likeliest token each time, and reads what it wrote itself: no teacher.
    """
    found = []
    config = model.config
    for batch in pairs.batches(config.context_length, config.vocab_size):
        written = model.generate(
            batch.source_ids.to(model.device),
            batch.targets.size(1),
            begin_id=pairs.begin_id,
            source_mask=batch.source_mask.to(model.device),
            temperature=0.0,
        )
        right = (written.cpu() == batch.targets) | (batch.targets == IGNORED)
        found.append(right.all(dim=1).numpy())
    return np.concatenate(found)
