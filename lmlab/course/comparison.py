"""Two answers side by side: are they the same, and if not, what differs?"""

import math
from collections.abc import Mapping
from numbers import Real
from typing import Any

import torch
from torch import Tensor

_MOST_SHOWN = 40  # numbers of a tensor that are printed in full


def same(got: Any, wanted: Any) -> bool:
    """Equal up to rounding: tensors by shape and values, numbers by value, else item by item."""
    if isinstance(wanted, Tensor):
        return (
            isinstance(got, Tensor)
            and got.shape == wanted.shape
            and bool(_close(got, wanted).all())
        )
    if isinstance(wanted, tuple | list):
        return (
            isinstance(got, tuple | list)
            and len(got) == len(wanted)
            and all(map(same, got, wanted))
        )
    if isinstance(wanted, Mapping):
        return (
            isinstance(got, Mapping)
            and got.keys() == wanted.keys()
            and all(same(got[key], wanted[key]) for key in wanted)
        )
    if _is_number(wanted):
        number = _as_number(got)
        return number is not None and math.isclose(number, wanted, rel_tol=1e-6)
    return type(got) is type(wanted) and got == wanted


def difference(got: Any, wanted: Any) -> str | None:
    """A sentence on the first thing that differs: kind, length, shape, dtype, values. Or None."""
    if isinstance(wanted, Tensor) and isinstance(got, Tensor):
        return _tensor_difference(got, wanted)
    if isinstance(wanted, tuple | list) and isinstance(got, tuple | list):
        return _item_difference(got, wanted)
    if isinstance(wanted, Mapping) and isinstance(got, Mapping):
        return _key_difference(got, wanted)
    if same(got, wanted):
        return None
    if _is_number(wanted) and _as_number(got) is not None:
        return f"You returned {got}; {wanted} is wanted."
    return f"You returned {_kind(got)}; {_kind(wanted)} is wanted."


def shown(value: Any) -> str:
    """A value in print: small tensors with four decimals, large ones by their shape."""
    if isinstance(value, Tensor):
        if value.numel() > _MOST_SHOWN:
            return _kind(value)
        return str(_rounded(value.detach().tolist()))
    text = repr(value)
    return text if len(text) <= 300 else text[:299] + "…"


def _tensor_difference(got: Tensor, wanted: Tensor) -> str | None:
    if got.shape != wanted.shape:
        return f"The shape is {tuple(got.shape)}; {tuple(wanted.shape)} is wanted."
    if _family(got) != _family(wanted):
        return f"The dtype is {got.dtype}; {wanted.dtype} is wanted."
    wrong = ~_close(got, wanted)
    if not wrong.any():
        return None
    if not torch.isfinite(got).all() and torch.isfinite(wanted).all():
        return "There is nan or inf among the numbers: something grew too large, or 0 was divided."
    place = tuple(wrong.nonzero()[0].tolist())
    return (
        f"{int(wrong.sum())} of {wrong.numel()} numbers differ; the first at {list(place)}: "
        f"{_rounded(got[place].item())}, where {_rounded(wanted[place].item())} is wanted."
    )


def _item_difference(got: tuple | list, wanted: tuple | list) -> str | None:
    if len(got) != len(wanted):
        return f"You returned {len(got)} values; {len(wanted)} are wanted."
    for place, (mine, right) in enumerate(zip(got, wanted, strict=True), start=1):
        if found := difference(mine, right):
            return f"In value {place} of {len(wanted)}: {found}"
    return None


def _key_difference(got: Mapping, wanted: Mapping) -> str | None:
    for key in wanted:
        if key not in got:
            return f"The key {shown(key)} is missing; {shown(wanted[key])} is wanted there."
        if found := difference(got[key], wanted[key]):
            return f"At the key {shown(key)}: {found}"
    extra = [key for key in got if key not in wanted]
    return f"The key {shown(extra[0])} should not be there." if extra else None


def _close(got: Tensor, wanted: Tensor) -> Tensor:
    """Where the numbers agree; nan agrees with nan."""
    return torch.isclose(
        got.detach().double(), wanted.detach().double(), rtol=1e-4, atol=1e-6, equal_nan=True
    )


def _family(tensor: Tensor) -> str:
    """float32 and float64 are one family; truth values and whole numbers are two others."""
    if tensor.is_floating_point():
        return "float"
    return "bool" if tensor.dtype == torch.bool else "whole"


def _is_number(value: Any) -> bool:
    return isinstance(value, Real) and not isinstance(value, bool)


def _as_number(value: Any) -> float | None:
    """Numbers as they come, from PyTorch and NumPy too."""
    if isinstance(value, Tensor) and value.numel() == 1 and value.dtype != torch.bool:
        return float(value)
    return float(value) if _is_number(value) else None


def _kind(value: Any) -> str:
    if isinstance(value, Tensor):
        return f"a tensor of shape {tuple(value.shape)}"
    if _is_number(value) or value is None or isinstance(value, bool):
        return str(value)
    return f"a value of type {type(value).__name__}"


def _rounded(value: Any) -> Any:
    if isinstance(value, list):
        return [_rounded(item) for item in value]
    return round(value, 4) if isinstance(value, float) and math.isfinite(value) else value
