"""Attention weights made small enough for a page: one byte each, half of them when causal."""

import base64
import zlib

import numpy as np
from jaxtyping import Bool, Float, UInt8

# The largest difference between a weight and what a view shows for it.
QUANTISATION_ERROR = 0.5 / 255


def is_causal(weights: Float[np.ndarray, "layers heads query key"]) -> bool:
    """True when no query gives any weight to a later token: exact zeros above the diagonal.

    With fewer queries than keys (a cache was used) the queries are the last tokens.
    """
    n_query, n_key = weights.shape[-2:]
    return n_query <= n_key and not weights[..., ~_visible(n_query, n_key)].any()


def pack(weights: Float[np.ndarray, "layers heads query key"], causal: bool) -> str:
    """Weights as text: round(255 w), the visible part row by row, deflated, base64.

    A weight read back is off by at most `QUANTISATION_ERROR` (0.002).
    """
    levels = np.rint(np.clip(weights, 0, 1) * 255).astype(np.uint8)
    if causal:
        levels = levels[..., _visible(*weights.shape[-2:])]  # (layers, heads, visible pairs)
    return base64.b64encode(zlib.compress(levels.tobytes(), 9)).decode("ascii")


def unpack(
    packed: str, shape: tuple[int, int, int, int], causal: bool
) -> UInt8[np.ndarray, "layers heads query key"]:
    """What a view reads from `pack`'s text: levels 0 to 255, hidden pairs 0."""
    flat = np.frombuffer(zlib.decompress(base64.b64decode(packed)), dtype=np.uint8)
    if not causal:
        return flat.reshape(shape)
    levels = np.zeros(shape, dtype=np.uint8)
    levels[..., _visible(*shape[-2:])] = flat.reshape(*shape[:2], -1)
    return levels


def _visible(n_query: int, n_key: int) -> Bool[np.ndarray, "query key"]:
    return np.tri(n_query, n_key, n_key - n_query, dtype=bool)
