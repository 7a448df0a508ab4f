"""Parameters and operations, counted by formula and by PyTorch."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.nn.attention import SDPBackend, sdpa_kernel
from torch.utils.flop_counter import FlopCounterMode

from lmlab.models import GPT, TransformerConfig
from lmlab.scaling import (
    approximate_parameters,
    count_parameters,
    forward_flops_per_token,
    training_days,
    training_flops,
)


@st.composite
def configs(draw) -> TransformerConfig:
    n_kv_heads = draw(st.sampled_from([1, 2, 3]))
    n_heads = n_kv_heads * draw(st.sampled_from([1, 2]))
    return TransformerConfig(
        vocab_size=draw(st.integers(2, 40)),
        context_length=draw(st.integers(1, 12)),
        d_model=n_heads * 2 * draw(st.integers(1, 4)),
        n_layers=draw(st.integers(1, 3)),
        n_heads=n_heads,
        n_kv_heads=draw(st.sampled_from([None, n_kv_heads])),
        d_ff=draw(st.none() | st.integers(1, 30)),
        norm=draw(st.sampled_from(["layernorm", "rmsnorm"])),
        norm_position=draw(st.sampled_from(["pre", "post"])),
        positions=draw(st.sampled_from(["learned", "sinusoidal", "rope", "alibi", "none"])),
        activation=draw(st.sampled_from(["relu", "gelu", "gelu_tanh", "relu2", "swiglu"])),
        bias=draw(st.booleans()),
        qkv_bias=draw(st.sampled_from([None, True, False])),
        qk_norm=draw(st.booleans()),
        embed_norm=draw(st.booleans()),
        tied_embeddings=draw(st.booleans()),
    )


@given(configs())
@settings(max_examples=60, deadline=None)
def test_the_count_is_that_of_the_model_part_by_part(config):
    model = GPT(config)
    parts = count_parameters(config)
    assert sum(parts.values()) == model.num_parameters()
    attention = (p for n, p in model.named_parameters() if "attn." in n and "_norm." not in n)
    assert parts["attention"] == sum(p.numel() for p in attention)
    norms = (p for n, p in model.named_parameters() if "norm" in n)
    assert parts["norms"] == sum(p.numel() for p in norms)


@given(configs(), st.integers(1, 8))
@settings(max_examples=20, deadline=None)
def test_forward_flops_are_those_that_pytorch_counts(config, time):
    config = config.replace(context_length=max(time, config.context_length))
    model = GPT(config).eval()
    # Only the plain kernel of attention is one that the counter knows on a CPU.
    with sdpa_kernel(SDPBackend.MATH), FlopCounterMode(display=False) as counter, torch.no_grad():
        model(torch.zeros(1, time, dtype=torch.long))
    # PyTorch counts every score, those above the diagonal too: each token sees `time` positions.
    assert counter.get_total_flops() == time * forward_flops_per_token(config, context=time)


def test_the_envelope_is_the_exact_count_of_a_gpt_without_small_parts():
    config = TransformerConfig(vocab_size=1000, d_model=64, n_layers=3, n_heads=4)
    parts = count_parameters(config)
    exact = sum(parts.values())
    assert exact - parts["norms"] == approximate_parameters(3, 64, 1000)


def test_training_gpt3_costs_what_its_paper_says():
    assert training_flops(175e9, 300e9) == pytest.approx(3.14e23, rel=0.01)


def test_training_costs_three_forward_passes_when_attention_is_small():
    config = TransformerConfig(vocab_size=1000, d_model=512, n_layers=4, n_heads=8)
    forward = forward_flops_per_token(config, context=1)
    assert 3 * forward == pytest.approx(
        training_flops(sum(count_parameters(config).values()), 1), rel=0.01
    )


def test_twice_the_devices_take_half_the_days():
    one = training_days(1e20, devices=1, flops_per_second=312e12, utilisation=0.5)
    assert one == pytest.approx(1e20 / 156e12 / 86_400)
    assert training_days(1e20, 2, 312e12, 0.5) == pytest.approx(one / 2)


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: approximate_parameters(0, 64, 100), "n_layers=0 must be above 0"),
        (lambda: training_flops(1e9, -1), "tokens=-1 must be above 0"),
        (lambda: training_days(1e20, 8, 312e12, 40), "utilisation=40 is the share of the peak"),
        (lambda: training_days(float("nan"), 8, 312e12), "flops=nan must be above 0"),
    ],
)
def test_a_wrong_number_is_named(call, sentence):
    with pytest.raises(ValueError, match=sentence):
        call()
