"""Every rule goes downhill, each weight with a memory of its own."""

import pytest
import torch

from lmlab.training.descent import Descent, descent_path


def bowl(point):
    return (point**2).sum()


@pytest.mark.parametrize("rule", ["SGD", "momentum", "RMSProp", "Adam", "AdamW", "Muon"])
def test_every_rule_goes_downhill(rule):
    path = descent_path(rule, bowl, torch.tensor([1.0, -2.0]), 30, lr=0.03)
    assert path.shape == (31, 2)
    assert torch.equal(path[0], torch.tensor([1.0, -2.0]))
    assert bowl(path[-1]) < 0.7 * bowl(path[0])


def test_plain_descent_follows_the_gradient():
    path = descent_path("SGD", bowl, torch.tensor([1.0, 0.0]), 2, lr=0.25)
    assert path[:, 0].tolist() == [1.0, 0.5, 0.25]


def test_settings_reach_the_rule():
    start = torch.tensor([1.0, 1.0])
    slow, fast = (descent_path("momentum", bowl, start, 5, 0.01, momentum=m) for m in (0.0, 0.9))
    assert bowl(fast[-1]) < bowl(slow[-1])


def test_the_learning_rate_can_be_lowered_for_a_step():
    weight = torch.ones(1, requires_grad=True)
    descent = Descent("SGD", [weight], lr=1.0)
    bowl(weight).backward()
    descent.step(factor=0.25)
    assert weight.item() == 0.5


def test_weights_do_not_share_a_memory():
    first, second = (torch.ones(2, requires_grad=True) for _ in range(2))
    both = Descent("Adam", [first, second], lr=0.1)
    alone = torch.ones(2, requires_grad=True)
    one = Descent("Adam", [alone], lr=0.1)
    for step in range(4):
        first.grad, second.grad = torch.ones(2), torch.full((2,), -float(step))
        alone.grad = torch.ones(2)
        both.step()
        one.step()
    assert torch.equal(first, alone) and not torch.equal(first, second)


def test_gradients_are_forgotten():
    weight = torch.ones(1, requires_grad=True)
    bowl(weight).backward()
    Descent("SGD", [weight], lr=1.0).zero_grad()
    assert weight.grad is None


def test_an_unknown_rule_is_named():
    with pytest.raises(ValueError, match="no rule 'sgd'; there are SGD, momentum"):
        Descent("sgd", [], lr=1.0)
