"""Twenty steps of each rule equal twenty of PyTorch's optimiser."""

import pytest
import torch

from lmlab.training import Muon, orthogonalise, steps
from lmlab.training.descent import Descent

OPTIMISERS = {
    "SGD": torch.optim.SGD,
    "momentum": lambda p, lr: torch.optim.SGD(p, lr, momentum=0.9),
    "RMSProp": torch.optim.RMSprop,
    "Adam": torch.optim.Adam,
    "AdamW": torch.optim.AdamW,
    "Muon": lambda p, lr: Muon(p, lr),
}
LR = 0.03


def gradients(shape, n_steps=20):
    generator = torch.Generator().manual_seed(0)
    for _ in range(n_steps):
        yield torch.randn(shape, generator=generator, dtype=torch.float64)


def after_twenty_steps(optimizer, weight, shape):
    for grad in gradients(shape):
        weight.grad = grad
        optimizer.step()
    return weight.detach()


@pytest.mark.parametrize("shape", [(3, 4), (6, 2)])
@pytest.mark.parametrize("rule", OPTIMISERS)
def test_equals_pytorch(rule, shape):
    ours, theirs = (torch.ones(shape, dtype=torch.float64).requires_grad_() for _ in range(2))
    mine = after_twenty_steps(Descent(rule, [ours], LR), ours, shape)
    wanted = after_twenty_steps(OPTIMISERS[rule]([theirs], lr=LR), theirs, shape)
    torch.testing.assert_close(mine, wanted, atol=1e-6, rtol=0)


@pytest.mark.parametrize("shape", [(4, 4), (6, 2), (2, 6)])
def test_muon_equals_pytorchs(shape, monkeypatch):
    """PyTorch iterates in bfloat16; here both iterate in float64."""
    monkeypatch.setattr(
        "torch.optim._muon._zeropower_via_newtonschulz", lambda g, *_: orthogonalise(g)
    )
    ours, theirs = (torch.ones(shape, dtype=torch.float64).requires_grad_() for _ in range(2))
    optimizer = torch.optim.Muon([theirs], lr=LR, weight_decay=0.0)
    wanted = after_twenty_steps(optimizer, theirs, shape)
    mine = after_twenty_steps(Descent("Muon", [ours], LR), ours, shape)
    torch.testing.assert_close(mine, wanted, atol=1e-6, rtol=0)


def test_adams_first_step_is_as_long_as_the_learning_rate():
    weight, grad = torch.zeros(3), torch.tensor([1e-3, -1.0, 1e3])
    moved, *_ = steps.adam_step(weight, grad, weight, weight, 1, lr=0.1)
    torch.testing.assert_close(moved, torch.tensor([-0.1, 0.1, -0.1]), atol=1e-5, rtol=0)


def test_decay_shrinks_a_weight_without_a_gradient():
    weight, zero = torch.ones(2), torch.zeros(2)
    moved, *_ = steps.adamw_step(weight, zero, zero, zero, 1, lr=0.1, weight_decay=0.5)
    torch.testing.assert_close(moved, torch.full((2,), 0.95))


def test_a_step_changes_nothing_that_it_was_given():
    given = [torch.rand(2, 3) for _ in range(4)]
    kept = [tensor.clone() for tensor in given]
    steps.adamw_step(*given, 3, lr=0.1)
    steps.muon_step(*given[:3], lr=0.1)
    assert all(map(torch.equal, given, kept))


@pytest.mark.parametrize("max_norm", [0.1, 100.0])
def test_clipping_equals_pytorchs(max_norm):
    grads = [grad for _, grad in zip(range(3), gradients((2, 3)), strict=False)]
    weights = [torch.nn.Parameter(torch.zeros(2, 3, dtype=torch.float64)) for _ in grads]
    for weight, grad in zip(weights, grads, strict=True):
        weight.grad = grad.clone()
    torch.nn.utils.clip_grad_norm_(weights, max_norm)
    for mine, weight in zip(steps.clip_gradients(grads, max_norm), weights, strict=True):
        torch.testing.assert_close(mine, weight.grad, rtol=1e-5, atol=0)


def test_nothing_is_clipped_from_nothing():
    assert torch.equal(steps.clip_gradients([torch.zeros(2)], 1.0)[0], torch.zeros(2))
