"""Growth: which models were the largest of their day, and how fast a quantity doubled.

Built in chapter 01.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

import numpy as np

Model = TypeVar("Model")


def doubling_time(years: Sequence[int | float], values: Sequence[int | float]) -> float:
    """Years in which a quantity doubles: 1 / slope of the straight line through log2(values).

    `years` and `values` are pairs; the line is that of least squares. A negative result means that
    the quantity halves in that time.
    """
    if len(years) != len(values):
        raise ValueError(f"{len(years)} years and {len(values)} values were given; give pairs.")
    if len(set(years)) < 2:
        raise ValueError("a line needs at least two different dates.")
    if min(values) <= 0:
        raise ValueError(f"the logarithm needs values above 0; {min(values)} was given.")
    slope, _ = np.polyfit(years, np.log2(values), deg=1)
    return float(1 / slope)


def records(models: Iterable[Model], size: Callable[[Model], int | float | None]) -> list[Model]:
    """The models that were larger than all before them, in the order given.

    `size` says how large a model is; a model of unknown size (None) sets no record.
    """
    found: list[Model] = []
    largest = 0.0
    for model in models:
        value = size(model)
        if value is not None and value > largest:
            found.append(model)
            largest = value
    return found
