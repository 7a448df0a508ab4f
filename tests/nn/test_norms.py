"""Norms: the functions against the formulas of their papers, the modules against the functions."""

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from lmlab.nn import LayerNorm, RMSNorm
from lmlab.nn.norms import layer_norm, rms_norm

SHAPES = ((8,), (5, 8), (3, 5, 8))


@pytest.mark.parametrize("shape", SHAPES)
def test_layer_norm_is_pytorchs(shape):
    torch.manual_seed(0)
    x, weight, bias = 3 * torch.randn(shape) + 2, torch.randn(8), torch.randn(8)
    torch.testing.assert_close(layer_norm(x, weight, bias), F.layer_norm(x, (8,), weight, bias))


@pytest.mark.parametrize("shape", SHAPES)
def test_rms_norm_is_pytorchs(shape):
    torch.manual_seed(0)
    x, weight = 3 * torch.randn(shape) + 2, torch.randn(8)
    torch.testing.assert_close(rms_norm(x, weight), F.rms_norm(x, (8,), weight, 1e-6))


def test_layer_norm_gives_mean_zero_and_variance_one():
    normed = layer_norm(5 + 3 * torch.randn(4, 64), torch.ones(64), torch.zeros(64))
    torch.testing.assert_close(normed.mean(-1), torch.zeros(4), atol=1e-5, rtol=0)
    torch.testing.assert_close(normed.var(-1, correction=0), torch.ones(4), atol=1e-4, rtol=0)


def test_rms_norm_gives_mean_square_one_and_keeps_the_direction():
    x = 5 + 3 * torch.randn(4, 64)
    normed = rms_norm(x, torch.ones(64))
    torch.testing.assert_close(normed.square().mean(-1), torch.ones(4))
    torch.testing.assert_close(F.cosine_similarity(normed, x), torch.ones(4))


def test_modules_compute_the_functions():
    torch.manual_seed(0)
    x, layer, rms = torch.randn(3, 5, 8), LayerNorm(8), RMSNorm(8)
    for parameter in (*layer.parameters(), *rms.parameters()):
        nn.init.normal_(parameter)
    torch.testing.assert_close(layer(x), layer_norm(x, layer.weight, layer.bias))
    torch.testing.assert_close(rms(x), rms_norm(x, rms.weight))


def test_weights_can_be_moved_to_and_from_pytorch():
    for ours, theirs in ((LayerNorm(8), nn.LayerNorm(8)), (RMSNorm(8), nn.RMSNorm(8))):
        theirs.load_state_dict(ours.state_dict())


def test_scale_of_the_input_does_not_matter():
    x = torch.randn(4, 16)
    for norm in (LayerNorm(16), RMSNorm(16)):
        torch.testing.assert_close(norm(1e3 * x), norm(x), atol=1e-4, rtol=1e-4)
