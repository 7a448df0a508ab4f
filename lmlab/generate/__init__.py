"""From logits to text: sampling, decoding, beam search, the key/value cache. Knows no model."""

from lmlab.generate.beam import Hypotheses, beam_search, beam_step, length_penalty
from lmlab.generate.cache import KVCache
from lmlab.generate.decoding import decode, window_start
from lmlab.generate.sampling import draw, keep_top_p, probabilities, sample

__all__ = [
    "Hypotheses",
    "KVCache",
    "beam_search",
    "beam_step",
    "decode",
    "draw",
    "keep_top_p",
    "length_penalty",
    "probabilities",
    "sample",
    "window_start",
]
