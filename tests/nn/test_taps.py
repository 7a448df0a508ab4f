"""Taps offer tensors to whoever listens, and to nobody else."""

import torch
from torch import nn

from lmlab.nn.taps import listen, listening, tap


class _Doubler:
    def wants(self, module, name):
        return name == "x"

    def receive(self, module, name, value):
        return 2 * value


def test_without_a_listener_the_very_tensor_comes_back():
    value = torch.ones(2)
    assert tap(nn.Identity(), "x", value) is value


def test_a_listener_gets_what_it_wants_and_may_change_it():
    module, value = nn.Identity(), torch.ones(2)
    with listen(_Doubler()):
        assert listening(module, "x") and not listening(module, "y")
        assert tap(module, "x", value).tolist() == [2.0, 2.0]
        assert tap(module, "y", value) is value
    assert not listening(module, "x")


def test_listeners_are_asked_in_turn():
    with listen(_Doubler()), listen(_Doubler()):
        assert tap(nn.Identity(), "x", torch.ones(1)).item() == 4.0
