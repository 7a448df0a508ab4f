"""`record`: keep, or change, the tensors that a model computes on its way to the logits.

Used from chapter 0 on; taught in chapter 5.2.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from fnmatch import fnmatchcase

import torch
from jaxtyping import Float
from torch import Tensor, nn

from lmlab.nn.taps import listen

Editor = Callable[[Tensor], Tensor]


class Tape(Mapping[str, Tensor]):
    """What was recorded: `tape["blocks.3.attn.weights"]`, (batch, n_heads, query, key).

    A name holds what the latest forward pass put there. Names of one block:
    `attn.q`, `attn.k`, `attn.v`, `attn.scores`, `attn.weights`, `attn.heads`, `attn.out`,
    `mlp.hidden`, `mlp.out`, `resid`; and of the model: `embedded`, `hidden`, `logits`. An
    encoder–decoder has them twice, below `encoder.` and `decoder.`, and in the blocks of its
    decoder `cross.` beside `attn.`. A recurrent layer has `state`.
    """

    def __init__(self, model: nn.Module, only: tuple[str, ...] | None, edit: Mapping[str, Editor]):
        self._paths = {module: path for path, module in model.named_modules()}
        self._only, self._edit = only, edit
        self._kept: dict[str, Tensor] = {}
        self.edited: set[str] = set()

    def wants(self, module: nn.Module, name: str) -> bool:
        """Whether this tap belongs to the model and was asked for."""
        if module not in self._paths:
            return False
        full = self._name(module, name)
        return self._keeps(full) or any(fnmatchcase(full, pattern) for pattern in self._edit)

    def receive(self, module: nn.Module, name: str, value: Tensor) -> Tensor:
        """Apply the editors, then keep what the model goes on with."""
        full = self._name(module, name)
        for pattern, editor in self._edit.items():
            if fnmatchcase(full, pattern):
                value = _same_shape(editor(value), value, full)
                self.edited.add(full)
        if self._keeps(full):
            self._kept[full] = value.detach()
        return value

    def attention_weights(self, of: str = "*") -> Float[Tensor, "layers heads query key"]:
        """The attention weights of all layers for the first text of the batch.

        An encoder–decoder has three kinds, which `of`, a name or pattern, tells apart:
        "encoder.*", "decoder.*.attn" and "decoder.*.cross". With `layers` one has all texts.
        """
        return self.layers("weights", of)[:, 0]

    def layers(self, what: str, of: str = "*") -> Float[Tensor, "layers batch ..."]:
        """One tensor of each layer, stacked: `tape.layers("resid")`, `tape.layers("attn.v")`.

        An encoder–decoder has most of them several times, which `of` tells apart.
        """
        return torch.stack([self[name] for name in layer_names(self, what, of)])

    def names(self) -> list[str]:
        """What was recorded, in the order in which it was computed."""
        return list(self._kept)

    def __getitem__(self, name: str) -> Tensor:
        if name not in self._kept:
            near = [kept for kept in self._kept if kept.endswith(name.rsplit(".", 1)[-1])]
            hint = f"recorded: {', '.join((near or self.names())[:6])} …" if self else "it is empty"
            raise KeyError(f"{name} is not on the tape; {hint}")
        return self._kept[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._kept)

    def __len__(self) -> int:
        return len(self._kept)

    def __repr__(self) -> str:
        lines = [f"{name:32} {tuple(value.shape)}" for name, value in self.items()]
        return "\n".join((f"Tape of {len(self)} tensors", *lines))

    def _name(self, module: nn.Module, name: str) -> str:
        path = self._paths[module]
        return f"{path}.{name}" if path else name

    def _keeps(self, full: str) -> bool:
        return self._only is None or any(fnmatchcase(full, pattern) for pattern in self._only)


@contextmanager
def record(
    model: nn.Module,
    only: str | tuple[str, ...] | list[str] | None = None,
    edit: Mapping[str, Editor] | None = None,
) -> Iterator[Tape]:
    """Record every tensor that `model` taps inside the `with` block.

    `only` narrows it to names or patterns ("*.attn.weights"). `edit` maps names or patterns to
    functions that take the tensor and return one of the same shape, with which the model goes on:

        with record(model, edit={"blocks.2.attn.heads": knock_out}) as tape:
            logits = model(ids)

    Gradients flow through editors. An editor whose pattern met no tensor is an error.
    """
    edit = dict(edit or {})
    tape = Tape(model, (only,) if isinstance(only, str) else only and tuple(only), edit)
    with listen(tape):
        yield tape
    for pattern in edit:
        if not any(fnmatchcase(name, pattern) for name in tape.edited):
            raise ValueError(
                f"the editor for {pattern!r} changed nothing: no tensor of that name was computed. "
                "print(tape) after a `record(model)` without it shows the names."
            )


def layer_names(names: Iterable[str], what: str, of: str = "*") -> list[str]:
    """Those of `names` that end in `what`, one for each layer of the part `of` the model.

    Raises ValueError when there are none, or several kinds.
    """
    found = [name for name in names if fnmatchcase(name, f"{of}.{what}")]
    if not found:
        raise ValueError(
            f'there is no "{of}.{what}" here. A tape holds what the model computed inside the '
            "`with record(model) as tape:` block and what `only` lets through; print(model) shows "
            "the parts of the model."
        )
    kinds = {re.sub(r"\d+", "*", name).removesuffix(f".{what}") for name in found}
    if len(kinds) > 1:
        raise ValueError(
            f'the model has several kinds of "{what}": in {", ".join(sorted(kinds))}. '
            f'Name one, as in of="{min(kinds)}".'
        )
    return found


def _same_shape(edited: Tensor, original: Tensor, name: str) -> Tensor:
    if not isinstance(edited, Tensor) or edited.shape != original.shape:
        got = tuple(edited.shape) if isinstance(edited, Tensor) else type(edited).__name__
        raise ValueError(f"the editor of {name} returned {got}; {tuple(original.shape)} is wanted.")
    return edited
