"""Taps: named places in a model where someone may look at a tensor, or change it.

A module calls `tap(self, "weights", weights)` and uses what comes back. When nobody listens, that
is the tensor itself and costs next to nothing. `lmlab.record` is the listener that learners meet.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Protocol, runtime_checkable

from torch import Tensor, nn


@runtime_checkable
class Listener(Protocol):
    """Someone who looks: says what it wants, and returns what the model is to go on with."""

    def wants(self, module: nn.Module, name: str) -> bool:
        """Whether `receive` should be called for this tap."""

    def receive(self, module: nn.Module, name: str, value: Tensor) -> Tensor:
        """Keep `value`, or return another tensor of the same shape to put in its place."""


_listeners: ContextVar[tuple[Listener, ...]] = ContextVar("listeners", default=())


def tap(module: nn.Module, name: str, value: Tensor) -> Tensor:
    """Offer `value` to all listeners, the first first; return what they make of it."""
    for listener in _listeners.get():
        if listener.wants(module, name):
            value = listener.receive(module, name, value)
    return value


def listening(module: nn.Module, name: str) -> bool:
    """Whether anyone wants this tap: asked before computing something only for the eye."""
    return any(listener.wants(module, name) for listener in _listeners.get())


def anyone_listens() -> bool:
    """Whether there is a listener at all."""
    return bool(_listeners.get())


@contextmanager
def listen(listener: Listener) -> Iterator[None]:
    """Add `listener` for the duration of a `with` block."""
    token = _listeners.set((*_listeners.get(), listener))
    try:
        yield
    finally:
        _listeners.reset(token)
