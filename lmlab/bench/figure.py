"""A figure: something measured, and the budget that it must keep, if it has one."""

from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class Figure:
    """One line of the result."""

    what: str
    value: int | float
    unit: str
    """After the number: "tokens/s", "MB/s", "s", "×" for a ratio; "" for a plain number."""
    at_least: int | float | None = None
    at_most: int | float | None = None

    @property
    def met(self) -> bool | None:
        """Whether the budget is kept; None where there is none."""
        if self.at_least is not None:
            return self.value >= self.at_least
        return None if self.at_most is None else self.value <= self.at_most

    def to_dict(self) -> dict[str, Any]:
        """The same for JSON."""
        return {**asdict(self), "met": self.met}

    def cells(self) -> tuple[str, str, str, str]:
        """What, measured, budget, met: for a table."""
        budget = ""
        for sign, limit in (("≥", self.at_least), ("≤", self.at_most)):
            if limit is not None:
                budget = f"{sign} {self._told(limit)}"
        met = {None: "", True: "yes", False: "no"}[self.met]
        return self.what, self._told(self.value), budget, met

    def __str__(self) -> str:
        what, measured, budget, _ = self.cells()
        return f"{what}: {measured}" + (f" (budget {budget})" if budget else "")

    def _told(self, value: int | float) -> str:
        """Three digits that count, whole numbers as they are, and the unit."""
        whole = abs(value) >= 100 or value == round(value)
        return f"{value:,.0f} {self.unit}".strip() if whole else f"{value:.3g} {self.unit}".strip()
