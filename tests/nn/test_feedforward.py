"""Feed-forward layers against their formulas."""

import pytest
import torch
from torch.nn import functional as F

from lmlab.nn import FeedForward, relu2


@pytest.mark.parametrize("activation", ["relu", "gelu", "gelu_tanh", "relu2"])
def test_two_layers_with_an_activation_between(activation):
    torch.manual_seed(0)
    mlp, x = FeedForward(4, 9, activation, bias=True), torch.randn(2, 3, 4)
    act = {
        "relu": F.relu,
        "gelu": F.gelu,
        "gelu_tanh": lambda y: F.gelu(y, approximate="tanh"),
        "relu2": lambda y: y.clamp(min=0) ** 2,
    }[activation]
    torch.testing.assert_close(mlp(x), mlp.down_proj(act(mlp.up_proj(x))))


def test_swiglu_gates_one_projection_with_another():
    torch.manual_seed(0)
    mlp, x = FeedForward(4, 9, "swiglu"), torch.randn(2, 3, 4)
    gate = mlp.gate_proj(x)
    torch.testing.assert_close(mlp(x), mlp.down_proj(gate * gate.sigmoid() * mlp.up_proj(x)))


def test_each_position_is_worked_on_by_itself():
    mlp, x = FeedForward(4, 8, "relu2"), torch.randn(1, 5, 4)
    torch.testing.assert_close(mlp(x)[:, 2], mlp(x[:, 2]))


def test_relu2_is_zero_below_zero_and_square_above():
    assert relu2(torch.tensor([-2.0, 0.0, 3.0])).tolist() == [0.0, 0.0, 9.0]
