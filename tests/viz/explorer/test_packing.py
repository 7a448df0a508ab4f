import base64
import zlib

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from lmlab.viz.explorer.packing import QUANTISATION_ERROR, is_causal, pack, unpack

SHAPES = hnp.array_shapes(min_dims=4, max_dims=4, max_side=6)
WEIGHTS = SHAPES.flatmap(
    lambda shape: hnp.arrays(np.float32, shape, elements=st.floats(0, 1, width=32))
)


@given(WEIGHTS)
def test_weights_come_back_within_the_stated_error(weights):
    levels = unpack(pack(weights, causal=False), weights.shape, causal=False)
    assert np.abs(levels / 255 - weights).max() <= QUANTISATION_ERROR + 1e-6


@given(WEIGHTS, st.integers(0, 3))
def test_a_causal_pack_keeps_all_that_is_visible(weights, cached):
    n = weights.shape[2]
    weights = np.resize(weights, (*weights.shape[:3], n + cached))
    weights = weights * np.tri(n, n + cached, cached, dtype=np.float32)
    assert is_causal(weights)
    levels = unpack(pack(weights, causal=True), weights.shape, causal=True)
    assert np.abs(levels / 255 - weights).max() <= QUANTISATION_ERROR + 1e-6


def test_causal_means_exactly_no_weight_on_later_tokens():
    weights = np.tri(4, dtype=np.float32)[None, None]
    assert is_causal(weights)
    weights[0, 0, 1, 2] = 1e-30
    assert not is_causal(weights)
    assert not is_causal(np.ones((1, 1, 4, 3), dtype=np.float32))


def test_only_the_visible_half_is_stored():
    weights = np.tri(8, dtype=np.float32)[None, None]
    assert len(zlib.decompress(base64.b64decode(pack(weights, causal=True)))) == 36
    assert len(zlib.decompress(base64.b64decode(pack(weights, causal=False)))) == 64
