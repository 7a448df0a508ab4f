"""Settings: checked where they enter, the same in JSON."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lmlab.models import TransformerConfig

CONFIGS = st.builds(
    TransformerConfig,
    vocab_size=st.integers(1, 1000),
    context_length=st.integers(1, 512),
    d_model=st.sampled_from([32, 64]),
    n_layers=st.integers(1, 4),
    n_heads=st.sampled_from([2, 4, 8]),
    n_kv_heads=st.sampled_from([None, 1, 2]),
    norm=st.sampled_from(["layernorm", "rmsnorm"]),
    positions=st.sampled_from(["learned", "sinusoidal", "rope", "alibi", "none"]),
    activation=st.sampled_from(["relu", "gelu", "gelu_tanh", "relu2", "swiglu"]),
    bias=st.booleans(),
    dropout=st.floats(0, 0.9),
)


@given(CONFIGS)
def test_json_round_trip(config):
    assert TransformerConfig.from_json(config.to_json()) == config


@pytest.mark.parametrize(
    "fields, message",
    [
        ({"d_model": 64, "n_heads": 5}, "n_heads=5 does not divide d_model=64; try 4 or 8"),
        ({"n_heads": 4, "n_kv_heads": 3}, "n_kv_heads=3 does not divide n_heads=4; try 2 or 4"),
        ({"d_model": 36, "n_heads": 4}, "9 wide, an odd number"),
        ({"n_layers": 0}, "n_layers=0 must be a whole number, 1 or more"),
        ({"d_model": 12.5}, "d_model=12.5 must be a whole number"),
        ({"norm": "batchnorm"}, "norm='batchnorm' is none of layernorm, rmsnorm"),
        ({"positions": "absolute"}, "positions='absolute' is none of"),
        ({"dropout": 1.0}, "dropout=1.0 must be at least 0 and below 1"),
    ],
)
def test_senseless_settings_are_refused(fields, message):
    with pytest.raises(ValueError, match=message):
        TransformerConfig(vocab_size=10, **fields)


def test_unknown_json_fields_are_named():
    with pytest.raises(ValueError, match="n_embd: no field of TransformerConfig"):
        TransformerConfig.from_json(json.dumps({"vocab_size": 3, "n_embd": 4}))
    with pytest.raises(ValueError, match="names no vocab_size"):
        TransformerConfig.from_json("{}")
