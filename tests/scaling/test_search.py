"""The search: what it finds fits, and nothing that fits is faster."""

import pytest

from lmlab.models import TransformerConfig
from lmlab.scaling import Mix, fastest_plan, landmark_model, plan
from lmlab.scaling.plans import USABLE

MODEL = TransformerConfig(
    vocab_size=32_000, context_length=2048, d_model=2048, n_layers=24, n_heads=16
)


def test_the_search_finds_nothing_faster_than_any_mix_that_fits():
    best = fastest_plan(MODEL, 16, "InfiniBand HDR", 1e11, gpu="A100 40GB", batch=64)
    assert best.fits and best.mix.devices == 16
    for mix in (Mix(data=16, zero=1), Mix(data=2, tensor=8), Mix(data=4, pipeline=4)):
        run = {"gpu": "A100 40GB", "batch": 64, "mix": mix}
        other = plan(MODEL, 16, "InfiniBand HDR", 1e11, **run)
        assert not other.fits or other.step_seconds >= best.step_seconds


def test_a_model_too_large_for_ddp_is_dealt_out():
    model = landmark_model("LLaMA 65B").transformer_config()
    run = {"gpu": "A100 80GB", "batch": 1024}
    assert not plan(model, 64, "InfiniBand HDR", 1e12, **run).fits
    best = fastest_plan(model, 64, "InfiniBand HDR", 1e12, **run)
    assert best.memory.total <= USABLE * 80e9
    assert "fits" in str(best) and "US dollars" in str(best)


def test_checkpointing_is_left_as_it_was_asked_for():
    run = {"gpu": "A100 80GB", "batch": 64}
    made = [
        fastest_plan(MODEL, 8, "InfiniBand HDR", 1e11, checkpointing=way, **run)
        for way in (None, True, False)
    ]
    assert [each.checkpointing for each in made[1:]] == [True, False]
    assert made[0].step_seconds == min(each.step_seconds for each in made)


def test_too_few_texts_for_any_mix_are_told():
    with pytest.raises(ValueError, match="batch=2 texts are too few for 1,031 devices"):
        fastest_plan(MODEL, 1031, "InfiniBand HDR", 1e9, batch=2)


def test_when_nothing_fits_the_plan_that_lacks_least_is_told():
    model = landmark_model("GPT-3").transformer_config()
    with pytest.raises(ValueError, match="no plan fits; the one that needs least memory"):
        fastest_plan(model, 8, "InfiniBand HDR", 3e11, batch=64)
