"""Plans: their parts sum, and they follow from what is given."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lmlab.models import TransformerConfig
from lmlab.scaling import (
    Mix,
    bubble_share,
    model_flops_per_token,
    plan,
    training_days,
    training_memory,
)
from lmlab.scaling.plans import EFFICIENCY

MODEL = TransformerConfig(
    vocab_size=32_000, context_length=2048, d_model=2048, n_layers=24, n_heads=16
)
POWERS = st.sampled_from([1, 2, 4, 8])


ONE = Mix()


def planned(mix: Mix = ONE, model: TransformerConfig = MODEL, **run):
    """256 texts a step on A100s, unless told otherwise."""
    run = {"gpu": "A100 80GB", "batch": 256} | run
    return plan(model, mix.devices, "InfiniBand HDR", 1e11, mix=mix, **run)


@given(POWERS, POWERS, POWERS, st.integers(0, 3), POWERS, st.booleans())
@settings(deadline=None)
def test_the_parts_of_a_plan_sum(data, tensor, pipeline, zero, micro_batch, checkpointing):
    mix = Mix(data=data, tensor=tensor, pipeline=pipeline, zero=zero)
    made = planned(mix, micro_batch=micro_batch, checkpointing=checkpointing)
    assert sum(made.seconds.values()) == made.step_seconds
    assert all(seconds >= 0 for seconds in made.seconds.values())
    assert sum(made.memory.parts.values()) == made.memory.total
    assert 0 < made.utilisation <= EFFICIENCY
    busy = made.step_seconds - made.seconds["data"]
    assert made.seconds["bubble"] == pytest.approx(
        busy * bubble_share(pipeline, made.micro_batches)
    )
    assert made.cost == pytest.approx(made.days * 24 * mix.devices * made.price)


@given(POWERS, POWERS, POWERS, st.integers(1, 3))
@settings(deadline=None)
def test_more_devices_never_need_more_memory_each(data, tensor, pipeline, zero):
    ways = {"data": data, "tensor": tensor, "pipeline": pipeline}
    memory = planned(Mix(**ways, zero=zero)).memory.total
    for way in ("data", "tensor"):
        more = Mix(**ways | {way: 2 * ways[way]}, zero=zero)
        assert planned(more).memory.total <= memory
    assert planned(Mix(**ways, zero=zero - 1)).memory.total >= memory


@given(st.sampled_from([1, 2, 3, 4]), st.sampled_from([1, 2]))
def test_states_are_shared_out_as_rajbhandari_says(data, zero):
    """Section 5: 2 + 2 + 12 bytes a parameter; stage 1 divides the 12, stage 2 the gradients."""
    whole, shared = planned(Mix()).memory, planned(Mix(data=data, zero=zero)).memory
    assert shared.optimizer == pytest.approx(whole.optimizer / data, rel=1e-6)
    assert shared.gradients == pytest.approx(whole.gradients / (data if zero == 2 else 1), rel=1e-6)
    assert shared.weights == whole.weights


def test_one_device_holds_what_the_accounting_of_a_step_says():
    ours = planned(micro_batch=4, checkpointing=False).memory
    step = training_memory(MODEL, 4, 2048, precision="mixed")
    assert (ours.weights, ours.gradients, ours.optimizer, ours.working) == (
        step.weights, step.gradients, step.optimizer, step.working,
    )  # fmt: skip
    assert ours.activations == pytest.approx(step.activations, rel=0.02)


def test_one_device_takes_the_days_of_chapter_one():
    made = planned(checkpointing=False)
    flops = model_flops_per_token(MODEL, 2048) * 1e11
    assert made.days == pytest.approx(training_days(flops, 1, 312e12, EFFICIENCY))
    assert made.utilisation == pytest.approx(EFFICIENCY)


def test_checkpointing_saves_memory_and_costs_a_third_more_computing():
    plain, again = planned(checkpointing=False), planned(checkpointing=True)
    assert again.memory.activations < 0.1 * plain.memory.activations
    assert 1.25 < again.seconds["compute"] / plain.seconds["compute"] < 4 / 3


def test_interleaving_shrinks_the_bubble_and_sends_more():
    plain = planned(Mix(pipeline=8))
    cut = planned(Mix(pipeline=8, chunks=3))
    assert cut.seconds["bubble"] == pytest.approx(plain.seconds["bubble"] / 3, rel=0.05)
    assert cut.seconds["pipeline"] == pytest.approx(3 * plain.seconds["pipeline"])
    assert cut.memory.activations > plain.memory.activations


def test_a_slow_network_hurts_full_sharding_most():
    def data_seconds(zero: int, interconnect: str) -> float:
        run = {"gpu": "A100 80GB", "batch": 256, "mix": Mix(data=64, zero=zero)}
        return plan(MODEL, 64, interconnect, 1e11, **run).seconds["data"]

    slow = [data_seconds(zero, "Ethernet 100") for zero in range(4)]
    assert slow[0] == slow[1] < slow[2] < slow[3]
    assert data_seconds(0, "InfiniBand HDR") < slow[0]


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: planned(Mix(tensor=32)), "tensor=32 devices cannot share out 16 heads"),
        (lambda: planned(Mix(pipeline=25)), "pipeline=25 stages are more than the 24"),
        (lambda: planned(Mix(data=257)), "batch=256 texts do not reach 257 replicas"),
        (
            lambda: plan(MODEL, 8, "InfiniBand HDR", 1e9, mix=Mix(data=4)),
            "the mix data 4 takes 4 devices; 8 were given",
        ),
        (lambda: planned(gpu="abacus"), "no device 'abacus'"),
    ],
)
def test_what_cannot_be_planned_is_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()
