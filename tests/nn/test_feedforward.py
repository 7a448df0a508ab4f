"""Feed-forward layers against their formulas."""

import pytest
import torch
from torch.nn import functional as F

from lmlab.nn import FeedForward, relu2
from lmlab.nn.feedforward import feed_forward, swiglu


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
    weights = (mlp.gate_proj.weight, mlp.up_proj.weight, mlp.down_proj.weight)
    torch.testing.assert_close(mlp(x), swiglu(x, *weights))


def test_a_feed_forward_is_a_memory_of_keys_and_values():
    torch.manual_seed(0)
    mlp, x = FeedForward(4, 9, "relu2"), torch.randn(2, 3, 4)
    memory = feed_forward(x, keys=mlp.up_proj.weight, values=mlp.down_proj.weight.T)
    torch.testing.assert_close(mlp(x), memory)


def test_a_memory_writes_the_values_of_the_keys_that_match():
    keys, values = torch.eye(3), torch.tensor([[1.0, 0, 0], [0, 5.0, 0], [0, 0, 7.0]])
    written = feed_forward(torch.tensor([2.0, 0.0, -3.0]), keys, values)
    assert written.tolist() == [4.0, 0.0, 0.0]


def test_each_position_is_worked_on_by_itself():
    mlp, x = FeedForward(4, 8, "relu2"), torch.randn(1, 5, 4)
    torch.testing.assert_close(mlp(x)[:, 2], mlp(x[:, 2]))


def test_relu2_is_zero_below_zero_and_square_above():
    assert relu2(torch.tensor([-2.0, 0.0, 3.0])).tolist() == [0.0, 0.0, 9.0]
