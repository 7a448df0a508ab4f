"""Int8 layers: how wrong they are at most, and what they refuse."""

import copy

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from lmlab.models import GPT, TransformerConfig
from lmlab.nn.quantised import LARGEST, Int8Linear, int8_linear, quantise, to_whole_numbers

CONFIG = TransformerConfig(vocab_size=20, context_length=32, d_model=16, n_layers=2, n_heads=2)


@given(st.integers(1, 127), st.integers(0, 1000), st.floats(1e-6, 1e6))
@settings(max_examples=30, deadline=None)
def test_no_number_is_wrong_by_more_than_half_a_scale(largest, seed, size):
    rows = size * torch.randn(3, 5, generator=torch.Generator().manual_seed(seed))
    numbers, scale = to_whole_numbers(rows, largest)
    assert numbers.abs().amax(dim=-1).eq(largest).all() and numbers.equal(numbers.round())
    assert ((numbers * scale - rows).abs() <= scale / 2 * 1.001).all()


def test_rows_of_zeros_stay_zeros():
    numbers, scale = to_whole_numbers(torch.zeros(2, 3), LARGEST)
    assert numbers.eq(0).all() and scale.isfinite().all()


@pytest.mark.parametrize("bias", [False, True])
def test_the_kernel_computes_the_plain_product(bias):
    torch.manual_seed(0)
    linear = nn.Linear(40, 24, bias=bias).requires_grad_(False)
    layer = Int8Linear(linear)
    x = torch.randn(2, 5, 40) * torch.tensor([1e-3, 1.0, 0.0, 7.0, 1e3])[:, None]
    plain = int8_linear(x, layer.weight, layer.scale) + (linear.bias if bias else 0)
    torch.testing.assert_close(layer(x), plain, rtol=1e-5, atol=1e-5)
    worst = (plain - linear(x)).abs().amax(-1) / x.norm(dim=-1).clamp(min=1)
    assert 0 < worst.max() < 0.02  # rounded, and not by much


def test_a_row_does_not_depend_on_the_rows_beside_it():
    torch.manual_seed(0)
    layer = Int8Linear(nn.Linear(16, 8).requires_grad_(False))
    x = torch.randn(4, 16)
    alone = torch.cat([layer(row[None]) for row in x])
    x[3] *= 1000
    torch.testing.assert_close(layer(x)[:3], alone[:3])


def test_a_quantised_gpt_writes_with_and_without_a_cache_and_its_loss_hardly_moves():
    torch.manual_seed(0)
    model = GPT(CONFIG)
    ids = torch.randint(20, (2, 24))
    before = model(ids).detach()
    small = quantise(copy.deepcopy(model))
    assert all(isinstance(part, Int8Linear) for part in (small.head, small.blocks[1].mlp.up_proj))
    assert 0 < (small(ids) - before).abs().max() < 0.1 * before.abs().max()
    written = [
        small.generate(ids, 8, temperature=0.0, use_cache=cached) for cached in (True, False)
    ]
    assert written[0].equal(written[1])


def test_what_an_int8_model_cannot_do_is_said(tmp_path):
    model = quantise(GPT(CONFIG))
    with pytest.raises(ValueError, match="was it quantised before"):
        quantise(model)
    with pytest.raises(ValueError, match="save it before"):
        model.save_pretrained(tmp_path)
    with pytest.raises(ValueError, match="passes no gradient on"):
        model.head(torch.randn(1, 16, requires_grad=True))


def test_a_model_in_another_precision_is_refused():
    with pytest.raises(ValueError, match=r"computes in torch\.bfloat16.*\.float\(\)"):
        quantise(GPT(CONFIG).to(torch.bfloat16))
