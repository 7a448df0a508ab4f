"""Devices and networks as data, for plans: speed, memory, bandwidth, each with its source.

The facts stand in `hardware.toml` beside this file. Built in chapter 8.1.
"""

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Device:
    """A GPU or TPU; what its maker promises."""

    name: str
    flops: float
    """Operations a second in 16 bits, without sparsity."""
    memory: float
    """Bytes."""
    link: float
    """Bytes a second that it sends to the others of its node."""
    node: int
    """How many devices such links join: a server, or a pod of TPUs."""
    source: str


@dataclass(frozen=True, kw_only=True)
class Network:
    """What joins the nodes."""

    name: str
    bandwidth: float
    """Bytes a second that one device sends to other nodes."""
    source: str


@cache
def devices() -> tuple[Device, ...]:
    """All devices."""
    return tuple(Device(**facts) for facts in _facts()["device"])


@cache
def networks() -> tuple[Network, ...]:
    """All networks."""
    return tuple(Network(**facts) for facts in _facts()["network"])


def device(name: str) -> Device:
    """The device of that name, "H100 80GB" for one; the error names those there are."""
    return _named(name, devices(), "device")


def network(name: str) -> Network:
    """The network of that name, "InfiniBand NDR" for one; the error names those there are."""
    return _named(name, networks(), "network")


def _facts() -> dict[str, list[dict[str, Any]]]:
    text = resources.files("lmlab.scaling").joinpath("hardware.toml").read_text("utf-8")
    return tomllib.loads(text)


def _named(name: str, things: tuple, kind: str):
    found = {thing.name: thing for thing in things}
    if name not in found:
        raise ValueError(f"there is no {kind} {name!r}; there are {', '.join(found)}.")
    return found[name]
