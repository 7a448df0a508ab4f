"""From logits to text: sampling, the decoding loop and the key/value cache. Knows no model."""

from lmlab.generate.cache import KVCache
from lmlab.generate.decoding import decode, window_start
from lmlab.generate.sampling import draw, keep_top_p, probabilities, sample

__all__ = [
    "KVCache",
    "decode",
    "draw",
    "keep_top_p",
    "probabilities",
    "sample",
    "window_start",
]
