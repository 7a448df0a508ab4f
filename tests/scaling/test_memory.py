"""The memory of a step by formula, against the tensors of a real one."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from lmlab.models import GPT, TransformerConfig
from lmlab.scaling import activation_bytes, measured_memory, training_memory
from lmlab.scaling.memory import PRECISIONS, optimizer_bytes
from lmlab.scaling.memory_measured import saved_bytes
from lmlab.training.config import TrainingConfig
from lmlab.training.optimizers import Optimizers

SHAPES = {
    "default": {},
    "GPT-2": {
        "norm": "layernorm", "activation": "gelu", "positions": "learned", "bias": True,
    },
    "Llama": {"activation": "swiglu", "n_kv_heads": 2, "tied_embeddings": False, "d_ff": 80},
    "qk-norm": {"qk_norm": True, "positions": "sinusoidal"},
    "BERT": {"norm_position": "post", "embed_norm": True, "activation": "gelu_tanh"},
    "ALiBi": {"positions": "alibi", "activation": "relu"},
}  # fmt: skip
BATCH, CONTEXT = 4, 64


def shape(name: str) -> TransformerConfig:
    size = {"vocab_size": 256, "d_model": 32, "n_layers": 4, "n_heads": 4, "context_length": 64}
    return TransformerConfig(**size | SHAPES[name])


@pytest.mark.parametrize("name", SHAPES)
@pytest.mark.parametrize("checkpointing", [False, True])
def test_the_formula_is_what_a_step_holds_to_five_percent(name, checkpointing):
    ours = training_memory(shape(name), BATCH, CONTEXT, checkpointing=checkpointing)
    real = measured_memory(shape(name), BATCH, CONTEXT, checkpointing=checkpointing)
    assert (ours.weights, ours.gradients) == (real.weights, real.gradients)
    assert ours.optimizer == real.optimizer
    assert ours.total == pytest.approx(real.total, rel=0.05)
    if not checkpointing:
        assert ours.activations == real.activations


@pytest.mark.parametrize("kind", ["adamw", "muon"])
@pytest.mark.parametrize("name", SHAPES)
def test_optimisers_keep_what_the_formula_says(name, kind):
    model = GPT(shape(name))
    optimizers = Optimizers(model, TrainingConfig(steps=1, optimizer=kind))
    model(torch.zeros(1, 4, dtype=torch.long)).sum().backward()
    optimizers.step(0.0)
    state = {key: value for key, value in optimizers.state().items() if not key.endswith("step")}
    assert sum(v.nbytes for v in state.values()) == optimizer_bytes(shape(name), kind)


def test_activations_in_sixteen_bits_are_what_such_a_model_saves():
    model = GPT(shape("GPT-2")).bfloat16()
    ours = training_memory(shape("GPT-2"), BATCH, CONTEXT, precision="bfloat16").activations
    saved = saved_bytes(model, torch.zeros(BATCH, CONTEXT, dtype=torch.long))
    assert ours == pytest.approx(saved, rel=0.05)


@given(st.integers(1, 8), st.integers(1, 64), st.booleans())
def test_the_parts_are_whole_and_grow_with_the_batch(batch, context, checkpointing):
    one = training_memory(shape("default"), batch, context, checkpointing=checkpointing)
    two = training_memory(shape("default"), 2 * batch, context, checkpointing=checkpointing)
    assert sum(one.parts.values()) == one.total
    assert (one.weights, one.optimizer) == (two.weights, two.optimizer)
    assert one.activations < two.activations < 2.1 * one.activations
    assert two.working == 2 * one.working


def test_mixed_precision_takes_sixteen_bytes_a_parameter():
    """Rajbhandari et al. 2020, section 3.1."""
    memory = training_memory(shape("default"), 1, 1, precision="mixed")
    states = memory.weights + memory.gradients + memory.optimizer
    assert states == 4 * training_memory(shape("default"), 1, 1).weights


def test_checkpointing_keeps_a_small_part_of_the_activations():
    plain = training_memory(shape("default"), BATCH, CONTEXT)
    less = training_memory(shape("default"), BATCH, CONTEXT, checkpointing=True)
    assert less.activations < 0.2 * plain.activations
    assert less.weights == plain.weights


def test_a_block_of_megatron_without_dropout_and_scores_keeps_what_its_authors_count():
    """Korthikanti et al. 2022, eq. 1: 34 sbh with dropout's masks (2 sbh) and without 5as/h."""
    config = shape("GPT-2")
    sizes = activation_bytes(config, BATCH, CONTEXT, "bfloat16")
    width = BATCH * CONTEXT * config.d_model
    assert sum(sizes.values()) / width == pytest.approx(34 - 2, rel=0.05)


def test_an_unknown_precision_is_answered_with_those_there_are():
    with pytest.raises(ValueError, match=f"'int1' is none of {', '.join(PRECISIONS)}"):
        training_memory(shape("default"), 1, 1, precision="int1")
