"""Muon against the definition and PyTorch's own."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from lmlab.training import Muon, orthogonalise


@settings(deadline=None, max_examples=30)
@given(st.integers(1, 12), st.integers(1, 12), st.floats(1e-3, 1e3), st.integers(0, 10**6))
def test_singular_values_come_near_one_and_directions_stay(rows, columns, size, seed):
    torch.manual_seed(seed)
    matrix = torch.randn(rows, columns, dtype=torch.float64)
    u, values, vt = torch.linalg.svd(matrix, full_matrices=False)
    matrix = u @ torch.diag(values.clamp(min=0.1 * values.max())) @ vt * size
    turned = u.mT @ orthogonalise(matrix) @ vt.mT  # diagonal when the directions stay
    diagonal = turned.diagonal()
    assert ((diagonal > 0.5) & (diagonal < 1.3)).all()
    torch.testing.assert_close(turned, torch.diag(diagonal), atol=1e-6, rtol=0)


def test_a_stack_of_matrices_is_worked_on_one_by_one():
    stack = torch.randn(3, 4, 6)
    one_by_one = torch.stack([orthogonalise(matrix) for matrix in stack])
    torch.testing.assert_close(orthogonalise(stack), one_by_one)


@pytest.mark.parametrize("shape", [(6, 6), (12, 4), (4, 12)])
def test_steps_equal_those_of_pytorch(shape, monkeypatch):
    """PyTorch iterates in bfloat16; here both iterate in float32."""
    monkeypatch.setattr(
        "torch.optim._muon._zeropower_via_newtonschulz", lambda g, *_: orthogonalise(g)
    )
    torch.manual_seed(0)
    ours, theirs = (torch.nn.Parameter(torch.ones(shape)) for _ in range(2))
    our_optimizer = Muon([ours], lr=0.1, weight_decay=0.2)
    their_optimizer = torch.optim.Muon([theirs], lr=0.1, weight_decay=0.2)
    for _ in range(4):
        gradient = torch.randn(shape)
        ours.grad, theirs.grad = gradient, gradient.clone()
        our_optimizer.step()
        their_optimizer.step()
    torch.testing.assert_close(ours, theirs)


def test_iteration_equals_pytorchs_in_its_own_precision():
    from torch.optim._muon import _zeropower_via_newtonschulz

    gradient = torch.randn(8, 5, generator=torch.Generator().manual_seed(0))
    theirs = _zeropower_via_newtonschulz(gradient, (3.4445, -4.775, 2.0315), 5, 1e-7)
    torch.testing.assert_close(orthogonalise(gradient), theirs.float(), atol=0.05, rtol=0)
