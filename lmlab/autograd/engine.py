"""An autograd engine on arrays: each operation is one line forward and one line back.

A `Node` is an array that knows which nodes it was computed from, and how to turn the gradient of
the result with respect to itself into theirs. Built in chapter 3.2.
"""

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
from jaxtyping import Int

from lmlab.autograd.broadcasting import sum_to_shape

Axis = int | tuple[int, ...] | None
Pull = Callable[[np.ndarray], tuple[np.ndarray, ...]]


class Node:
    """An array in a graph of operations.

    `value` is the array; `backward` fills in `grad`, of the same shape. `parents` are the nodes it
    was computed from, `pull` maps its gradient to theirs, `name` is what a picture writes on it.
    """

    __array_ufunc__ = None  # array + node: NumPy leaves it to the node

    def __init__(
        self, value: Any, parents: tuple["Node", ...] = (), pull: Pull | None = None, name: str = ""
    ):
        array = np.asarray(value)
        self.value = array if np.issubdtype(array.dtype, np.floating) else array.astype(float)
        self.grad = np.zeros_like(self.value)
        self.parents, self.pull, self.name = parents, pull, name

    def backward(self) -> None:
        """Fill in `grad` of this node and of all that it was computed from.

        Each is the gradient of this one number; whatever stood there before is overwritten. Raises
        ValueError when this node holds more than one number.
        """
        if self.value.size != 1:
            raise ValueError(
                f"backward starts from one number, the loss; this node has shape {self.shape}. "
                "Take its sum or mean first."
            )
        nodes = inputs_first(self)
        for node in nodes:
            node.grad = np.zeros_like(node.value)
        self.grad = np.ones_like(self.value)
        for node in reversed(nodes):  # a node's gradient is complete before it is passed on
            if node.pull is None:
                continue
            for parent, grad in zip(node.parents, node.pull(node.grad), strict=True):
                parent.grad += sum_to_shape(np.asarray(grad), parent.shape)

    # --- arithmetic: y, then dL/d(each operand) from g = dL/dy ---

    def __add__(self, other: Any) -> "Node":
        a, b = self, as_node(other)
        return Node(a.value + b.value, (a, b), lambda g: (g, g), "+")

    def __sub__(self, other: Any) -> "Node":
        a, b = self, as_node(other)
        return Node(a.value - b.value, (a, b), lambda g: (g, -g), "-")

    def __mul__(self, other: Any) -> "Node":
        a, b = self, as_node(other)
        return Node(a.value * b.value, (a, b), lambda g: (g * b.value, g * a.value), "×")

    def __truediv__(self, other: Any) -> "Node":
        a, b = self, as_node(other)
        y = a.value / b.value
        return Node(y, (a, b), lambda g: (g / b.value, -g * y / b.value), "÷")

    def __pow__(self, exponent: int | float) -> "Node":
        slope = exponent * self.value ** (exponent - 1)
        return Node(self.value**exponent, (self,), lambda g: (g * slope,), f"^{exponent:g}")

    def __matmul__(self, other: Any) -> "Node":
        a, b = self, as_node(other)
        if min(a.value.ndim, b.value.ndim) < 2:
            raise ValueError(
                f"@ wants two axes or more on both sides, not {a.shape} @ {b.shape}: give a vector "
                "an axis of length 1 with reshape."
            )
        return Node(
            a.value @ b.value,
            (a, b),
            lambda g: (g @ b.value.swapaxes(-1, -2), a.value.swapaxes(-1, -2) @ g),
            "@",
        )

    def __neg__(self) -> "Node":
        return self * -1.0

    def __radd__(self, other: Any) -> "Node":
        return as_node(other) + self

    def __rmul__(self, other: Any) -> "Node":
        return as_node(other) * self

    def __rsub__(self, other: Any) -> "Node":
        return as_node(other) - self

    def __rtruediv__(self, other: Any) -> "Node":
        return as_node(other) / self

    def __rmatmul__(self, other: Any) -> "Node":
        return as_node(other) @ self

    # --- functions of each number ---

    def exp(self) -> "Node":
        """The exponential; its slope is itself."""
        y = np.exp(self.value)
        return Node(y, (self,), lambda g: (g * y,), "exp")

    def log(self) -> "Node":
        """The natural logarithm; its slope is 1 / x."""
        return Node(np.log(self.value), (self,), lambda g: (g / self.value,), "log")

    def tanh(self) -> "Node":
        """The hyperbolic tangent; its slope is 1 - y²."""
        y = np.tanh(self.value)
        return Node(y, (self,), lambda g: (g * (1 - y**2),), "tanh")

    def relu(self) -> "Node":
        """max(x, 0); its slope is 1 above 0, else 0."""
        return Node(np.maximum(self.value, 0), (self,), lambda g: (g * (self.value > 0),), "relu")

    # --- shapes ---

    def sum(self, axis: Axis = None, keepdims: bool = False) -> "Node":
        """The sum over one axis, several, or all; every summand gets the whole gradient."""

        def pull(g):
            if axis is not None and not keepdims:
                g = np.expand_dims(g, axis)
            return (np.broadcast_to(g, self.shape),)

        return Node(self.value.sum(axis=axis, keepdims=keepdims), (self,), pull, "sum")

    def mean(self, axis: Axis = None, keepdims: bool = False) -> "Node":
        """The mean over one axis, several, or all."""
        total = self.sum(axis, keepdims)
        return total * (total.value.size / self.value.size)

    def reshape(self, *shape: int) -> "Node":
        """The same numbers in another shape."""
        return Node(
            self.value.reshape(shape), (self,), lambda g: (g.reshape(self.shape),), "reshape"
        )

    def swapaxes(self, first: int, second: int) -> "Node":
        """Two axes exchanged; (-1, -2) transposes the matrices."""
        y = self.value.swapaxes(first, second)
        return Node(y, (self,), lambda g: (g.swapaxes(first, second),), "swap")

    def __getitem__(self, index: Any) -> "Node":
        """Part of the array; a table indexed with ids is an embedding."""

        def pull(g):
            grad = np.zeros_like(self.value)
            np.add.at(grad, index, g)  # a place taken twice gets both gradients
            return (grad,)

        return Node(self.value[index], (self,), pull, "[ ]")

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of the array."""
        return self.value.shape

    def __repr__(self) -> str:
        return f"Node({np.array2string(self.value, precision=4, threshold=20)})"


def softmax(x: Node) -> Node:
    """exp(x) / Σ exp(x) over the last axis; the largest number is taken off first, as a constant.

    Taking off a constant changes nothing but the size of the numbers, so it needs no gradient.
    """
    e = (x - x.value.max(axis=-1, keepdims=True)).exp()
    return e / e.sum(axis=-1, keepdims=True)


def cross_entropy(logits: Node, targets: Int[np.ndarray, "*batch"]) -> Node:
    """The mean of -log softmax(logits) at the targets, in nats."""
    shifted = logits - logits.value.max(axis=-1, keepdims=True)
    log_probs = shifted - shifted.exp().sum(axis=-1, keepdims=True).log()
    places = tuple(np.indices(targets.shape))
    return -log_probs[(*places, targets)].mean()


def as_node(value: Any) -> Node:
    """`value` itself if it is a node; else a node without parents."""
    return value if isinstance(value, Node) else Node(value)


def inputs_first(output: Node) -> list[Node]:
    """All nodes that `output` depends on, each after its parents; `output` is the last."""
    order: list[Node] = []
    seen: set[int] = set()
    waiting: list[tuple[Node, Iterable[Node]]] = [(output, iter(output.parents))]
    while waiting:  # no recursion: a graph may be deeper than Python's stack
        node, parents = waiting[-1]
        parent = next((p for p in parents if id(p) not in seen), None)
        if parent is None:
            order.append(node)
            waiting.pop()
        else:
            seen.add(id(parent))
            waiting.append((parent, iter(parent.parents)))
    return order
