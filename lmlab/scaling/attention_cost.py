"""What attention costs as the text grows: time and memory, by the equation and by a fused kernel.

Built in chapter 2.2.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial

import torch
from torch.nn import functional as F

from lmlab.nn import attention
from lmlab.scaling.timing import median_seconds, peak_bytes

LENGTHS = (64, 128, 256, 512, 1024, 2048)
N_HEADS, D_HEAD = 4, 32

WAYS = {"equation": attention, "fused kernel": F.scaled_dot_product_attention}
"""Two ways to the same numbers; the kernel works in tiles and never holds a whole row of weights.

Source: Dao et al. 2022 (arXiv 2205.14135).
"""


@dataclass(frozen=True)
class AttentionCost:
    """One way to compute attention, on a text of one length."""

    way: str
    length: int
    seconds: float
    peak_bytes: int
    """Most that its tensors held at one time, q, k and v not counted."""


def measure_attention(
    lengths: Iterable[int] = LENGTHS,
    repeats: int = 5,
    *,
    n_heads: int = N_HEADS,
    d_head: int = D_HEAD,
    seed: int = 0,
) -> list[AttentionCost]:
    """Time and memory of attention forward, for each of `WAYS` and each length.

    The weights of all heads are n_heads · length² numbers of 4 bytes (`weights_bytes`).
    """
    generator = torch.Generator().manual_seed(seed)
    work = {}
    for length in lengths:
        q, k, v = torch.randn(3, 1, n_heads, length, d_head, generator=generator)
        work |= {(way, length): partial(compute, q, k, v) for way, compute in WAYS.items()}
    with torch.no_grad():
        seconds = median_seconds(work, repeats)
        return [
            AttentionCost(way, length, seconds[way, length], peak_bytes(compute))
            for (way, length), compute in work.items()
        ]


def weights_bytes(n_heads: int, length: int) -> int:
    """Bytes of attention's weights in float32: 4 · n_heads · length²."""
    return 4 * n_heads * length**2
