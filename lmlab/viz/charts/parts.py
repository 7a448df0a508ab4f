"""The parts of a model, read from the module object itself."""

import math
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

import torch
from torch import Tensor, nn

Shape = tuple[int, ...]


@dataclass(frozen=True)
class Part:
    """A module of a model: what it is, what it has learnt itself, and the parts within it.

    Neighbours that are alike in all but their name stand as one part with several `names`; its
    numbers are those of one copy. `parameters` counts each learnt number of the model once, where
    it comes first; `shared` says which weights were counted before, and where.
    """

    names: tuple[str, ...]
    kind: str
    weights: tuple[tuple[str, Shape], ...]
    shared: tuple[str, ...]
    outputs: tuple[Shape, ...]
    parameters: int
    parts: tuple["Part", ...]

    @property
    def copies(self) -> int:
        """How many parts it stands for."""
        return len(self.names)

    @property
    def title(self) -> str:
        """Names and class; of numbered copies the first and the last number."""
        names = ", ".join(filter(None, self.names))
        if self.copies > 1 and all(name.isdigit() for name in self.names):
            names = f"{self.names[0]}–{self.names[-1]}, {self.copies} alike"
        return f"{names}: {self.kind}" if names else self.kind

    def rows(self, depth: int | None = None, level: int = 0, times: int = 1) -> Iterator["Row"]:
        """This part and those within it, down to `depth` levels below, in their order."""
        times *= self.copies
        opened = depth is None or level < depth
        yield Row(self, level, times, opened)
        if opened:
            for part in self.parts:
                yield from part.rows(depth, level + 1, times)


@dataclass(frozen=True)
class Row:
    """A part at its place: how deep it lies, how many of it the model has, and if it is opened."""

    part: Part
    level: int
    times: int
    opened: bool

    @property
    def parameters(self) -> int:
        """Of all copies together."""
        return self.times * self.part.parameters

    @property
    def details(self) -> str:
        """Its own weights with their shapes, what it shares, and how many parts are not shown."""
        shapes = [f"{name} {_by(shape)}" for name, shape in self.part.weights]
        within = [] if self.opened or not self.part.parts else [f"{len(self.part.parts)} within"]
        return ", ".join([*shapes, *self.part.shared, *within])

    @property
    def output(self) -> str:
        """The shape of what it gives; more than one where it was called in several ways."""
        return ", ".join(_by(shape) for shape in self.part.outputs)

    @property
    def count(self) -> str:
        """Its parameters, "4 × 12,288" for four copies."""
        each = f"{self.part.parameters:,}"
        return f"{self.times} × {each}" if self.times > 1 and self.part.parameters else each


def read_parts(model: nn.Module, inputs: tuple[Any, ...] = ()) -> Part:
    """The model as a tree of parts; with inputs, it is run on them to see what each part gives."""
    outputs = _output_shapes(model, inputs) if inputs else {}
    return _read(model, "", "", outputs, {})


def _read(
    module: nn.Module,
    name: str,
    path: str,
    outputs: Mapping[nn.Module, tuple[Shape, ...]],
    seen: dict[int, str],
) -> Part:
    """`path` is the part's full name with a dot at its end; `seen` names the weights met so far."""
    weights, shared = _own_weights(module, path, seen)
    # `named_children` would leave out a module that stands in two places.
    parts = [
        _read(child, key, f"{path}{key}.", outputs, seen)
        for key, child in module._modules.items()
        if child is not None
    ]
    parameters = sum(math.prod(shape) for _, shape in weights)
    parameters += sum(part.parameters for part in parts)
    kind, given = type(module).__name__, outputs.get(module, ())
    return Part((name,), kind, weights, shared, given, parameters, tuple(_fold(parts)))


def _own_weights(
    module: nn.Module, path: str, seen: dict[int, str]
) -> tuple[tuple[tuple[str, Shape], ...], tuple[str, ...]]:
    """The weights that the module itself holds: those met first, and those counted before."""
    weights, shared = [], []
    for key, weight in module.named_parameters(recurse=False, remove_duplicate=False):
        if id(weight) in seen:
            shared.append(f"{key} is {seen[id(weight)]}")
        else:
            seen[id(weight)] = path + key
            weights.append((key, tuple(weight.shape)))
    return tuple(weights), tuple(shared)


def _fold(parts: list[Part]) -> list[Part]:
    """Neighbours that are alike in all but their name, as one part."""
    folded: list[Part] = []
    for part in parts:
        if folded and replace(folded[-1], names=part.names) == part:
            part = replace(part, names=folded.pop().names + part.names)
        folded.append(part)
    return folded


def _output_shapes(model: nn.Module, inputs: tuple[Any, ...]) -> dict[nn.Module, tuple[Shape, ...]]:
    """What each module gives when the model reads `inputs`, without dropout and gradients."""
    shapes: dict[nn.Module, tuple[Shape, ...]] = {}

    def keep(module: nn.Module, _inputs: object, output: object) -> None:
        output = output[0] if isinstance(output, tuple) and output else output
        if isinstance(output, Tensor) and tuple(output.shape) not in shapes.get(module, ()):
            shapes[module] = (*shapes.get(module, ()), tuple(output.shape))

    with _evaluating(model), torch.no_grad():
        hooks = [module.register_forward_hook(keep) for module in model.modules()]
        try:
            model(*inputs)
        finally:
            for hook in hooks:
                hook.remove()
    return shapes


@contextmanager
def _evaluating(model: nn.Module) -> Iterator[None]:
    """Without dropout for the length of a `with` block; then each module as it was."""
    modes = {module: module.training for module in model.modules()}
    model.eval()
    try:
        yield
    finally:
        for module, mode in modes.items():
            module.training = mode


def _by(shape: Shape) -> str:
    return "×".join(map(str, shape)) or "one number"
