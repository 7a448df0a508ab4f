"""LoRA: nothing changes at first, only the detours learn, and folding them in changes nothing."""

import copy

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from safetensors.torch import load, save
from torch import nn

from lmlab.models import GPT, TransformerConfig
from lmlab.nn.lora import (
    LoRALinear,
    add_lora,
    load_lora,
    lora_linear,
    lora_weights,
    merge_lora,
    merged_weight,
)
from lmlab.training import TrainingConfig, train

IDS = torch.tensor([[1, 4, 2, 7, 3]])


@pytest.fixture
def model():
    torch.manual_seed(0)
    return GPT(TransformerConfig(vocab_size=11, context_length=8, d_model=16, n_layers=2)).eval()


def shaken(model):
    """Detours that add something."""
    with torch.no_grad():
        for name, weight in model.named_parameters():
            if name.endswith((".up", ".down")):
                weight.normal_()
    return model


@given(rank=st.integers(1, 4), scale=st.floats(0.25, 4), seed=st.integers(0, 99))
def test_the_detour_is_a_matrix_of_low_rank(rank, scale, seed):
    torch.manual_seed(seed)
    x, weight = torch.randn(2, 3, 5), torch.randn(7, 5)
    down, up = torch.randn(rank, 5), torch.randn(7, rank)
    whole = merged_weight(weight, down, up, scale)
    assert torch.allclose(lora_linear(x, weight, down, up, scale), x @ whole.T, atol=1e-4)
    assert torch.linalg.matrix_rank(up @ down) <= rank


def test_a_fresh_detour_changes_nothing_and_a_bias_stays():
    linear, x = nn.Linear(6, 4), torch.randn(3, 6)
    assert torch.allclose(LoRALinear(linear, rank=2)(x), linear(x), atol=1e-6)


def test_only_the_detours_learn(model):
    before = copy.deepcopy(model)
    add_lora(model, rank=2)
    learning = [name for name, p in model.named_parameters() if p.requires_grad]
    assert len(learning) == 2 * 4 * 2 and all(n.endswith((".up", ".down")) for n in learning)
    assert torch.allclose(model(IDS), before(IDS), atol=1e-6)
    text = torch.randint(11, (400,), generator=torch.Generator().manual_seed(0)).numpy()
    plan = TrainingConfig(steps=4, batch_size=2, evaluate_every=4)
    train(model, text, plan, progress=False)
    assert not torch.allclose(model(IDS), before(IDS), atol=1e-4)
    old = dict(before.named_parameters())
    for name, weight in model.named_parameters():
        if name not in learning:
            assert torch.equal(weight, old[name.replace(".linear.", ".")])


def test_merging_keeps_the_logits_and_gives_the_old_shape_back(model):
    names = list(model.state_dict())
    shaken(add_lora(model, rank=2, scale=0.5, names=("q_proj", "up_proj")))
    logits = model(IDS)
    merged = merge_lora(model)
    assert torch.allclose(merged(IDS), logits, atol=1e-5)
    assert list(merged.state_dict()) == names
    assert all(weight.requires_grad for weight in merged.parameters())


def test_what_was_learned_is_saved_alone_and_put_back(model):
    fresh = add_lora(copy.deepcopy(model), rank=2)
    shaken(add_lora(model, rank=2))
    stored = save(lora_weights(model))
    assert not torch.allclose(fresh(IDS), model(IDS), atol=1e-3)
    assert torch.equal(load_lora(fresh, load(stored))(IDS), model(IDS))


def test_errors_say_what_to_do(model):
    with pytest.raises(ValueError, match="no linear layer named gate"):
        add_lora(model, rank=2, names=("gate",))
    assert all(weight.requires_grad for weight in model.parameters())
    add_lora(model, rank=2)
    with pytest.raises(ValueError, match="merge_lora first"):
        add_lora(model, rank=2)
    other = add_lora(GPT(model.config), rank=3)
    with pytest.raises(ValueError, match="16 LoRA weights do not fit the 16 of this model"):
        load_lora(other, lora_weights(model))
