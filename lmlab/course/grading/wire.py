"""Values on their way between the grader and an answer: tensors as safetensors, the rest as JSON.

No pickle: what comes back is somebody else's, and reading it must run nothing. On the way there go
also objects of lmlab and PyTorch (a model, a norm, a configuration), as the name of their class and
what they hold; and functions, as a number under which the answer can call them back. On the way
back come numbers, text, tensors and what holds them; of anything else its type and a short text.
"""

import base64
import json
import struct
from collections.abc import Callable, Mapping
from importlib import import_module
from numbers import Real
from typing import Any

import numpy as np
import torch
from safetensors.torch import load, save
from torch import Tensor, nn

MOST_BYTES = 16 * 2**20
"""What one message may hold."""

_HEAD = struct.Struct("<QQ")  # bytes of JSON, bytes of tensors
_DEEPEST = 50
_HOMES = ("lmlab.", "torch.nn.")
_DTYPES = {
    *(torch.float64, torch.float32, torch.float16, torch.bfloat16, torch.bool, torch.uint8),
    *(torch.int64, torch.int32, torch.int16, torch.int8),
}
_HOLDERS = {list: "list", tuple: "tuple", set: "set", frozenset: "frozenset"}


class Garbled(Exception):
    """What came over the wire is no message."""


class Message:
    """What is said in one go: words in JSON, and the tensors that they speak of by number."""

    def __init__(self, functions: list[Callable] | None = None):
        self.tensors: list[Tensor] = []
        self._functions = functions
        self._bytes = 0

    def value(self, value: Any, depth: int = 0) -> Any:
        """The value in words."""
        if value is None or type(value) in (bool, float, str):
            return value
        if type(value) is int and value.bit_length() < 10_000:
            return value
        if depth > _DEEPEST:
            return _foreign(value)
        inside = depth + 1
        if type(value) in _HOLDERS:
            return {_HOLDERS[type(value)]: [self.value(item, inside) for item in value]}
        if isinstance(value, Tensor):
            return self._tensor(value)
        if isinstance(value, np.ndarray) and value.dtype.kind in "fiub":
            return {"array": self._keep(torch.from_numpy(np.ascontiguousarray(value).copy()))}
        if isinstance(value, bytes):
            return {"bytes": base64.b64encode(value).decode()}
        if value is ...:
            return {"...": 0}
        if self._functions is not None and (there := self._there(value, inside)) is not None:
            return there
        if isinstance(value, Mapping):
            pairs = [[self.value(key, inside), self.value(value[key], inside)] for key in value]
            return {"dict": pairs}
        if isinstance(value, tuple | list):  # with names for its items, or of the student's own
            return {"tuple": [self.value(item, inside) for item in value]}
        if isinstance(value, Real) and not isinstance(value, int):
            return float(value)
        return _foreign(value)

    def bytes(self, words: dict[str, Any]) -> bytes:
        """The whole message. Raises ValueError when it is too large."""
        text = json.dumps(words).encode()
        named = {str(number): tensor for number, tensor in enumerate(self.tensors)}
        tensors = save(named)
        if len(text) + len(tensors) > MOST_BYTES:
            raise ValueError(f"more than {MOST_BYTES // 2**20} MB.")
        return _HEAD.pack(len(text), len(tensors)) + text + tensors

    def _tensor(self, tensor: Tensor) -> Any:
        is_plain = tensor.layout == torch.strided and not tensor.is_meta
        if not is_plain or tensor.dtype not in _DTYPES:
            return _foreign(tensor)
        if isinstance(tensor, nn.Parameter) and self._functions is not None:
            return {"parameter": [self._keep(tensor), tensor.requires_grad]}
        return {"tensor": self._keep(tensor)}

    def _keep(self, tensor: Tensor) -> int:
        self._bytes += tensor.numel() * tensor.element_size()
        if self._bytes > MOST_BYTES:  # before a view of one number as a million is written out
            raise ValueError(f"more than {MOST_BYTES // 2**20} MB.")
        self.tensors.append(tensor.detach().cpu().clone(memory_format=torch.contiguous_format))
        return len(self.tensors) - 1

    def _there(self, value: Any, depth: int) -> Any:
        """What goes to the answer alone: objects of ours, and functions."""
        home = f"{type(value).__module__}."
        if isinstance(value, tuple) and hasattr(value, "_fields"):
            return {"object": [_path(type(value)), self.value(list(value), depth)]}
        if isinstance(value, nn.Module) or (home.startswith(_HOMES) and not callable(value)):
            state = [[key, self.value(item, depth)] for key, item in vars(value).items()]
            return {"object": [_path(type(value)), {"dict": state}]}
        if callable(value):
            self._functions.append(value)
            return {"function": len(self._functions) - 1}
        return None


class Reader:
    """Makes values of the words of one message; `function` makes one that calls back."""

    def __init__(self, tensors: list[Tensor], function: Callable[[int], Callable] | None = None):
        self._tensors, self._function = tensors, function

    def value(self, words: Any) -> Any:
        """The value that the words stand for. Raises Garbled when they stand for none."""
        if not isinstance(words, dict):
            if isinstance(words, list):
                raise Garbled("a list without its kind")
            return words
        if len(words) != 1:
            raise Garbled("no single word")
        [(kind, held)] = words.items()
        try:
            return self._made(kind, held)
        except (TypeError, ValueError, KeyError, IndexError, AttributeError) as error:
            raise Garbled(f"{kind}: {error}") from error

    def _made(self, kind: str, held: Any) -> Any:
        match kind:
            case "list" | "tuple" | "set" | "frozenset":
                make = {"list": list, "tuple": tuple, "set": set, "frozenset": frozenset}[kind]
                return make(self.value(item) for item in held)
            case "dict":
                return {self.value(key): self.value(item) for key, item in held}
            case "tensor":
                return self._tensors[held]
            case "array":
                return self._tensors[held].numpy()
            case "bytes":
                return base64.b64decode(held)
            case "...":
                return ...
            case "foreign":
                return _foreigner(*held)
            case "parameter" | "object" | "function" if self._function:
                return self._sent(kind, held)
        raise Garbled(f"{kind!r} is not known here")

    def _sent(self, kind: str, held: Any) -> Any:
        if kind == "function":
            return self._function(held)
        if kind == "parameter":
            return nn.Parameter(self._tensors[held[0]], requires_grad=held[1])
        path, state = held
        module, _, name = path.partition(":")
        made = import_module(module)
        for part in name.split("."):
            made = getattr(made, part)
        values = self.value(state)
        if isinstance(values, list):
            return made(*values)
        built = made.__new__(made)
        built.__dict__.update(values)
        return built


def read(take: Callable[[int], bytes]) -> tuple[dict[str, Any], list[Tensor]]:
    """One message, from `take`, which gives as many bytes as it is asked for.

    Raises Garbled when it is none, and what `take` raises.
    """
    text_bytes, tensor_bytes = _HEAD.unpack(take(_HEAD.size))
    if text_bytes + tensor_bytes > MOST_BYTES:
        raise Garbled("too large")
    text, tensors = take(text_bytes), take(tensor_bytes)
    try:
        words, named = json.loads(text), load(tensors)
    except Exception as error:  # each library has its own for bytes that it cannot read
        raise Garbled(str(error)) from error
    if not isinstance(words, dict) or set(named) != set(map(str, range(len(named)))):
        raise Garbled("no words, or tensors without their numbers")
    return words, [named[str(number)] for number in range(len(named))]


def _path(kind: type) -> str:
    return f"{kind.__module__}:{kind.__qualname__}"


def _foreign(value: Any) -> dict[str, list[str]]:
    try:
        text = repr(value)[:300]
    except Exception:
        text = "…"
    return {"foreign": [type(value).__name__, text]}


def _foreigner(kind: str, text: str) -> Any:
    """A value that can only be shown: it is of the type's name, equal to nothing but itself."""
    if not (isinstance(text, str) and isinstance(kind, str) and len(kind) < 100):
        raise TypeError("no name and text")
    return type(kind, (), {"__repr__": lambda self: text, "__slots__": ()})()
