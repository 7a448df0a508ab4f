"""Compressors as language models: what a text costs once another has been read.

Used in chapter 2.1.
"""

import gzip
import lzma

METHODS = ("xz", "gzip")


def compressed_bits_per_char(train: str, held_out: str, method: str = "xz") -> float:
    """Bits for one character of `held_out` from a compressor that has read `train` before.

    That is, how much longer the compressed file of both is than that of `train` alone. A compressor
    saves what it finds again within its window: gzip looks back over 32 kB and so forgets all of
    `train` but the end; xz is given a window over both texts. Texts are written in UTF-8.
    """
    if method not in METHODS:
        raise ValueError(f"method={method!r} is none of {', '.join(METHODS)}.")
    if not held_out:
        raise ValueError("the held-out text is empty: there is no character to give bits to.")
    both = (train + held_out).encode()
    extra = _size(both, method, len(both)) - _size(train.encode(), method, len(both))
    return 8 * extra / len(held_out)


def _size(text: bytes, method: str, window: int) -> int:
    """Bytes of the compressed text, each method at its strongest."""
    if method == "gzip":
        return len(gzip.compress(text, 9))
    strongest = {"id": lzma.FILTER_LZMA2, "preset": 9 | lzma.PRESET_EXTREME}
    filters = [strongest | {"dict_size": max(window, 4096)}]  # 4096: the least that xz takes
    return len(lzma.compress(text, filters=filters))
