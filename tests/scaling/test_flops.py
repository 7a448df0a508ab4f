"""FLOPs part by part, counted by formula and by PyTorch."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.nn import functional as F
from torch.nn.attention import SDPBackend, sdpa_kernel
from torch.utils.flop_counter import FlopCounterMode

from lmlab.models import GPT, TransformerConfig
from lmlab.scaling import forward_flops, forward_flops_per_token, model_flops_per_token, step_flops
from lmlab.scaling.memory_measured import checkpoint_blocks

SHAPES = (
    TransformerConfig(vocab_size=30, d_model=16, n_layers=2, n_heads=2, context_length=8),
    TransformerConfig(
        vocab_size=20, d_model=24, n_layers=3, n_heads=4, n_kv_heads=2, context_length=8, d_ff=40,
        norm="layernorm", positions="learned", activation="swiglu", bias=True,
        tied_embeddings=False,
    ),
)  # fmt: skip


def counted(config, batch, context, *, checkpointing=False, backward=False) -> dict:
    """FLOPs by module, as PyTorch counts them; only the plain kernel is one that it knows here."""
    torch.manual_seed(0)
    model = GPT(config)
    if checkpointing:
        checkpoint_blocks(model)
    ids = torch.zeros(batch, context, dtype=torch.long)
    with sdpa_kernel(SDPBackend.MATH), FlopCounterMode(display=False) as counter:
        logits = model(ids)
        if backward:
            F.cross_entropy(logits.flatten(0, 1), ids.flatten()).backward()
    return {name: sum(each.values()) for name, each in counter.get_flop_counts().items()}


@pytest.mark.parametrize("config", SHAPES)
def test_each_part_costs_what_pytorch_counts_in_its_module(config):
    ours, theirs = forward_flops(config, batch=3, context=8), counted(config, 3, 8)

    def of(name):
        return sum(theirs[f"GPT.blocks.{layer}.{name}"] for layer in range(config.n_layers))

    assert ours["attention"] + ours["scores"] == of("attn")
    assert ours["feed_forward"] == of("mlp")
    assert ours["head"] == theirs["GPT.head"]
    assert sum(ours.values()) == theirs["Global"]


@pytest.mark.parametrize("config", SHAPES)
@pytest.mark.parametrize("checkpointing", [False, True])
def test_a_step_costs_what_pytorch_counts(config, checkpointing):
    ours = step_flops(config, 2, 8, checkpointing=checkpointing)
    theirs = counted(config, 2, 8, checkpointing=checkpointing, backward=True)
    # PyTorch stops computing a block again once it has all that backward asks for.
    last_matrix = 2 * (2 * 8) * config.ff_width * config.d_model * config.n_layers
    spared = last_matrix if checkpointing else 0
    assert sum(ours.values()) == theirs["Global"] + spared
    assert (ours["recomputed"] > 0) == checkpointing


@given(st.integers(1, 5), st.integers(1, 8))
@settings(max_examples=20, deadline=None)
def test_the_parts_sum_to_the_forward_pass(batch, context):
    parts = forward_flops(SHAPES[1], batch, context)
    assert sum(parts.values()) == batch * context * forward_flops_per_token(SHAPES[1], context)
    step = step_flops(SHAPES[1], batch, context)
    assert sum(step.values()) == batch * context * model_flops_per_token(SHAPES[1], context)


def test_attention_alone_grows_with_the_square_of_the_text():
    short, long = (forward_flops(SHAPES[0], 1, context) for context in (4, 8))
    assert {name: long[name] / short[name] for name in short} == {
        "attention": 2, "scores": 4, "feed_forward": 2, "head": 2,
    }  # fmt: skip


def test_no_text_is_refused():
    with pytest.raises(ValueError, match="context=0 must be above 0"):
        forward_flops(SHAPES[0], 1, 0)
