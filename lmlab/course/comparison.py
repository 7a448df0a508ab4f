"""Two answers side by side: are they the same, and if not, what differs?"""

import math
from collections.abc import Mapping
from numbers import Real
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

_MOST_SHOWN = 40  # numbers of a tensor that are printed in full


def same(got: Any, wanted: Any) -> bool:
    """Equal up to rounding: tensors by shape and values, numbers by value, else item by item."""
    if isinstance(wanted, Tensor):
        return _holds_numbers(got) and got.shape == wanted.shape and bool(_close(got, wanted).all())
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
        if number is None:
            return False
        are_nan = math.isnan(number) and math.isnan(wanted)
        return are_nan or math.isclose(number, wanted, rel_tol=1e-6)
    if isinstance(wanted, np.ndarray):
        return isinstance(got, np.ndarray) and same(torch.as_tensor(got), torch.as_tensor(wanted))
    if isinstance(wanted, nn.Module):
        return type(got) is type(wanted) and same(got.state_dict(), wanted.state_dict())
    return type(got) is type(wanted) and got == wanted


def difference(got: Any, wanted: Any) -> str | None:
    """A sentence on the first thing that differs: kind, length, shape, dtype, values. Or None."""
    if isinstance(wanted, Tensor) and _holds_numbers(got):
        return _tensor_difference(got, wanted)
    if isinstance(wanted, tuple | list) and isinstance(got, tuple | list):
        return _item_difference(got, wanted)
    if isinstance(wanted, Mapping) and isinstance(got, Mapping):
        return _key_difference(got, wanted)
    if same(got, wanted):
        return None
    if _is_number(wanted) and _as_number(got) is not None:
        return f"You returned {shown(got)}; {shown(wanted)} is wanted."
    return f"You returned {_kind(got)}; {_kind(wanted)} is wanted."


def shown(value: Any) -> str:
    """A value in print: small tensors with four decimals, large ones by their shape."""
    if isinstance(value, Tensor):
        if not _holds_numbers(value) or value.numel() > _MOST_SHOWN:
            return _kind(value)
        return str(_rounded(value.detach().tolist()))
    if isinstance(value, int) and value.bit_length() > 1000:
        return "a whole number with hundreds of digits"
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
    numbers = got[place].item(), wanted[place].item()
    mine, right = map(_rounded, numbers)
    if mine == right:
        mine, right = (f"{number:.6g}" for number in numbers)
    return (
        f"{int(wrong.sum())} of {wrong.numel()} numbers differ; the first at {list(place)}: "
        f"{mine}, where {right} is wanted."
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
    exact = torch.complex128 if got.is_complex() or wanted.is_complex() else torch.float64
    mine, right = (tensor.detach().cpu().to(exact) for tensor in (got, wanted))
    return torch.isclose(mine, right, rtol=1e-4, atol=1e-6, equal_nan=True)


def _family(tensor: Tensor) -> str:
    """float32 and float64 are one family, so are all whole numbers; each other dtype is its own."""
    if tensor.dtype in (torch.float32, torch.float64):
        return "float"
    is_whole = not tensor.is_floating_point() and tensor.dtype != torch.bool
    return "whole" if is_whole and not tensor.is_complex() else str(tensor.dtype)


def _holds_numbers(value: Any) -> bool:
    """A tensor with a number in each place: none that is sparse, or on the device "meta"."""
    return isinstance(value, Tensor) and value.layout == torch.strided and not value.is_meta


def _is_number(value: Any) -> bool:
    return isinstance(value, Real) and not isinstance(value, bool)


def _as_number(value: Any) -> float | None:
    """Numbers as they come, from PyTorch and NumPy too."""
    is_one = _holds_numbers(value) and value.numel() == 1
    if not _is_number(value) and not (is_one and _family(value) in ("float", "whole")):
        return None
    try:
        return float(value)
    except OverflowError:  # of a whole number with hundreds of digits
        return math.inf


def _kind(value: Any) -> str:
    if isinstance(value, Tensor):
        what = "tensor" if _holds_numbers(value) else f"tensor on {value.device}, {value.layout},"
        return f"a {what} of shape {tuple(value.shape)}"
    if _is_number(value) or value is None or isinstance(value, bool):
        return shown(value)
    return f"a value of type {type(value).__name__}"


def _rounded(value: Any) -> Any:
    if isinstance(value, list):
        return [_rounded(item) for item in value]
    return round(value, 4) if isinstance(value, float) and math.isfinite(value) else value
