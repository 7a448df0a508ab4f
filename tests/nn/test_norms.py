"""Norms against the formulas of their papers."""

import torch
from torch import nn

from lmlab.nn import LayerNorm, RMSNorm


def test_layer_norm_equals_the_formula_and_pytorch():
    torch.manual_seed(0)
    x, ours, theirs = torch.randn(3, 5, 8), LayerNorm(8), nn.LayerNorm(8)
    for parameter in ours.parameters():
        nn.init.normal_(parameter)
    theirs.load_state_dict(ours.state_dict())
    centred = x - x.mean(-1, keepdim=True)
    formula = centred / (centred.square().mean(-1, keepdim=True) + 1e-5).sqrt()
    torch.testing.assert_close(ours(x), formula * ours.weight + ours.bias)
    torch.testing.assert_close(ours(x), theirs(x))


def test_rms_norm_equals_the_formula_and_pytorch():
    torch.manual_seed(0)
    x, ours, theirs = torch.randn(3, 5, 8), RMSNorm(8), nn.RMSNorm(8, eps=1e-6)
    nn.init.normal_(ours.weight)
    theirs.load_state_dict(ours.state_dict())
    formula = x / (x.square().mean(-1, keepdim=True) + 1e-6).sqrt() * ours.weight
    torch.testing.assert_close(ours(x), formula)
    torch.testing.assert_close(ours(x), theirs(x))


def test_scale_of_the_input_does_not_matter():
    x = torch.randn(4, 16)
    for norm in (LayerNorm(16), RMSNorm(16)):
        torch.testing.assert_close(norm(1e3 * x), norm(x), atol=1e-4, rtol=1e-4)
