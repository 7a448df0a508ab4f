"""Every operation, and whole graphs of them, against PyTorch's autograd in float64."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.nn import functional as F

from lmlab.autograd import Node, cross_entropy, softmax
from lmlab.autograd.engine import inputs_first

BINARY = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "×": lambda a, b: a * b,
    "÷": lambda a, b: a / b,
}
UNARY = {
    "exp": lambda x: x.exp(),
    "log": lambda x: x.log(),
    "tanh": lambda x: x.tanh(),
    "relu": lambda x: (x - 1).relu(),
    "power": lambda x: x**-1.5,
    "square": lambda x: x**2,
    "numbers around": lambda x: 2 - 3 / (1 + 2 * x),
    "minus": lambda x: -x,
    "mean": lambda x: x - x.mean(),
    "swap": lambda x: x.swapaxes(-1, -2),
    "reshape": lambda x: x.reshape(-1, 1),
    "rows": lambda x: x[[0, 0, -1]],
    "slice": lambda x: x[1:, ::2],
}
SHAPES = [((2, 3), (2, 3)), ((2, 3), (3,)), ((2, 1), (1, 3)), ((4, 2, 3), (2, 1)), ((), (2, 3))]


def assert_same_gradients(compute, *arrays):
    """The gradients of a number that is sensitive to every entry of the result."""
    nodes = [Node(array) for array in arrays]
    tensors = [torch.tensor(array, requires_grad=True) for array in arrays]
    y, theirs = compute(*nodes), compute(*tensors)
    np.testing.assert_allclose(y.value, theirs.detach().numpy())
    weights = np.random.default_rng(9).normal(size=y.shape)
    (y * weights).sum().backward()
    (theirs * torch.from_numpy(weights)).sum().backward()
    for node, tensor in zip(nodes, tensors, strict=True):
        np.testing.assert_allclose(node.grad, tensor.grad.numpy(), atol=1e-12)


def positive(*shape, seed=0):
    return np.random.default_rng(seed).uniform(0.5, 2, size=shape)


@pytest.mark.parametrize("shapes", SHAPES, ids=str)
@pytest.mark.parametrize("compute", BINARY.values(), ids=BINARY)
def test_arithmetic_with_broadcasting(compute, shapes):
    assert_same_gradients(compute, positive(*shapes[0]), positive(*shapes[1], seed=1))


@pytest.mark.parametrize("compute", UNARY.values(), ids=UNARY)
def test_functions_of_one_array(compute):
    assert_same_gradients(compute, positive(3, 4))


@pytest.mark.parametrize("keepdims", [False, True])
@pytest.mark.parametrize("axis", [0, -1, (0, 2)])
def test_sums_and_means_over_axes(axis, keepdims):
    x = positive(2, 3, 4)
    assert_same_gradients(lambda x: x.sum(axis=axis, keepdims=keepdims), x)
    assert_same_gradients(lambda x: x.mean(axis=axis, keepdims=keepdims), x)


@pytest.mark.parametrize(
    "shapes", [((2, 3), (3, 4)), ((5, 2, 3), (3, 4)), ((5, 1, 2, 3), (4, 3, 2))]
)
def test_products_of_matrices(shapes):
    assert_same_gradients(lambda a, b: a @ b, *(positive(*shape) for shape in shapes))


@settings(deadline=None, max_examples=30)
@given(st.lists(st.sampled_from([*BINARY.values()]), min_size=1, max_size=6), st.integers(0, 99))
def test_a_node_used_often_gets_the_sum_of_its_gradients(steps, seed):
    def tangled(a, b):
        for step in steps:
            a, b = (step(a, b) * 0.1).exp(), a.tanh() + 1
        return a * b + a

    assert_same_gradients(tangled, positive(2, 3, seed=seed), positive(3, seed=seed + 1))


def test_softmax_and_cross_entropy():
    logits, targets = 3 * positive(2, 3, 5), np.array([[0, 4, 1], [2, 2, 3]])
    assert_same_gradients(
        lambda x: softmax(x) if isinstance(x, Node) else x.softmax(dim=-1), logits
    )
    node, tensor = Node(logits), torch.tensor(logits, requires_grad=True)
    loss = cross_entropy(node, targets)
    theirs = F.cross_entropy(tensor.flatten(0, 1), torch.tensor(targets).flatten())
    loss.backward()
    theirs.backward()
    assert loss.value == pytest.approx(theirs.item())
    np.testing.assert_allclose(node.grad, tensor.grad.numpy(), atol=1e-12)


def test_scores_of_any_size_are_harmless():
    logits = Node(np.array([[1e4, -1e4, 0.0]]))
    cross_entropy(logits, np.array([0])).backward()
    assert np.isfinite(logits.grad).all()


def test_a_causal_attention_head():
    rng = np.random.default_rng(0)
    x, *weights = rng.normal(size=(2, 4, 6)), *(rng.normal(size=(6, 6)) for _ in range(3))
    ahead = np.triu(np.full((4, 4), -np.inf), 1)

    def head(x, w_q, w_k, w_v):
        scores = (x @ w_q) @ (x @ w_k).swapaxes(-1, -2) / 6**0.5
        if isinstance(x, Node):
            return softmax(scores + ahead) @ (x @ w_v)
        return (scores + torch.from_numpy(ahead)).softmax(dim=-1) @ (x @ w_v)

    assert_same_gradients(head, x, *weights)


@pytest.mark.parametrize("compute", [lambda a, x: a * x, lambda a, x: a @ x], ids=["×", "@"])
def test_an_array_on_the_left_leaves_the_work_to_the_node(compute):
    left, x = np.array([[1.0, 2.0], [3.0, 4.0]]), Node(np.ones((2, 2)))
    compute(left, x).sum().backward()
    by_nodes = Node(np.ones((2, 2)))
    compute(Node(left), by_nodes).sum().backward()
    assert np.array_equal(x.grad, by_nodes.grad) and x.grad.any()


def test_backward_again_starts_from_zero():
    x = Node(3.0)
    y = x * x
    y.backward()
    y.backward()
    assert x.grad == 6


def test_parents_come_first_and_once():
    a = Node(1.0)
    b = a * a
    c = b + a
    assert inputs_first(c) == [a, b, c]


def test_a_deep_graph_is_no_problem():
    x = Node(1.0)
    y = x
    for _ in range(5000):
        y = y + 0.0
    y.backward()
    assert x.grad == 1


def test_whole_numbers_become_floats():
    assert (Node(3) / 2).value == 1.5


def test_backward_starts_from_one_number():
    with pytest.raises(ValueError, match=r"this node has shape \(3,\)"):
        Node(np.ones(3)).backward()


def test_a_product_of_vectors_is_refused():
    with pytest.raises(ValueError, match=r"not \(3,\) @ \(3, 2\)"):
        Node(np.ones(3)) @ Node(np.ones((3, 2)))
