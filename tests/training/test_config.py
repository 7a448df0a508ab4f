"""Training settings: checked where they enter, the same in JSON."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lmlab.training import TrainingConfig


@given(
    st.builds(
        TrainingConfig,
        steps=st.integers(1, 10**6),
        batch_size=st.integers(1, 64),
        optimizer=st.sampled_from(["muon", "adamw"]),
        clip_norm=st.none() | st.floats(0.1, 10),
        mask_with=st.none() | st.integers(0, 100),
        seed=st.integers(0, 2**31),
    )
)
def test_json_round_trip(config):
    assert TrainingConfig.from_json(config.to_json()) == config


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"steps": 0}, "steps=0 must be a whole number from 1"),
        ({"steps": 1.5}, "steps=1.5 must be a whole number"),
        ({"batch_size": 0}, "batch_size=0"),
        ({"learning_rate": float("nan")}, "learning_rate=nan must be above 0"),
        ({"learning_rate": "fast"}, "learning_rate='fast' must be above 0"),
        ({"muon_learning_rate": -1}, "muon_learning_rate=-1"),
        ({"beta2": 1.0}, "beta2=1.0 must be at least 0 and below 1"),
        ({"decay_share": 2.0}, "decay_share=2.0 must be above 0 and at most 1"),
        ({"clip_norm": 0.0}, "clip_norm=0.0 must be above 0, or None"),
        ({"optimizer": "sgd"}, "optimizer='sgd' must be 'muon' or 'adamw'"),
        ({"decay": "step"}, "'linear' or 'cosine' or 'none'"),
        ({"precision": "half"}, "precision='half' must be 'float32' or 'bfloat16'"),
        ({"compile": "yes"}, "compile='yes' must be True or False"),
        ({"mask_with": -1}, "mask_with=-1 must be the id of a token, or None"),
        ({"mask_with": "<|mask|>"}, "mask_with='<|mask|>' must be the id of a token"),
        ({"seed": -1}, "seed=-1"),
    ],
)
def test_a_setting_that_makes_no_sense_is_refused(settings, message):
    with pytest.raises(ValueError) as error:
        TrainingConfig(**{"steps": 10, **settings})
    assert message in str(error.value)
