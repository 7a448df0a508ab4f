"""Is a gradient right? Held against small wiggles, or against another gradient.

Built in chapter 3.2.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

Verdict = Literal["exact", "close", "wrong"]


def numerical_gradient(
    f: Callable[[Tensor], Tensor | float], x: Float[Tensor, "*shape"], eps: float = 1e-5
) -> Float[Tensor, "*shape"]:
    """(f(x + ε) - f(x - ε)) / 2ε for each number of x in turn; `f` gives one number.

    Needs float64: in float32 the difference drowns in rounding.
    """
    gradient = torch.zeros_like(x)
    for place in np.ndindex(*x.shape):
        up, down = x.clone(), x.clone()
        up[place] += eps
        down[place] -= eps
        gradient[place] = (f(up) - f(down)) / (2 * eps)
    return gradient


@dataclass(frozen=True)
class Comparison:
    """One gradient beside another; `difference` is the largest, and stands at `place`."""

    name: str
    verdict: Verdict
    difference: float
    place: tuple[int, ...]
    mine: float
    theirs: float


@dataclass(frozen=True, repr=False)
class GradientReport:
    """What `compare_gradients` found, a line for each tensor."""

    rows: tuple[Comparison, ...]

    @property
    def passed(self) -> bool:
        """Whether no gradient is wrong."""
        return all(row.verdict != "wrong" for row in self.rows)

    def __repr__(self) -> str:
        width = max(len(row.name) for row in self.rows)
        lines = [f"{'gradient of':{width}}  verdict   largest difference  where"]
        for row in self.rows:
            where = ", ".join(map(str, row.place))
            line = f"{row.name:{width}}  {row.verdict:7}   {row.difference:18.1e}  [{where}]"
            seen = f"  {row.mine:.4g}, not {row.theirs:.4g}" if row.verdict == "wrong" else ""
            lines.append(line + seen)
        return "\n".join(lines)


def compare_gradients(
    mine: Mapping[str, Tensor | np.ndarray],
    theirs: Mapping[str, Tensor | np.ndarray],
    tolerance: float = 1e-6,
) -> GradientReport:
    """Hold gradients against others of the same names, number by number.

    "exact": every bit is the same. "close": no number is further off than `tolerance` times the
    largest number of theirs. Raises ValueError when names or shapes do not agree.
    """
    if mine.keys() != theirs.keys() or not mine:
        raise ValueError(
            f"mine has {', '.join(mine) or 'nothing'}; theirs has {', '.join(theirs) or 'nothing'}:"
            " give the gradients of the same tensors."
        )
    return GradientReport(
        tuple(
            _compare(name, torch.as_tensor(mine[name]), torch.as_tensor(theirs[name]), tolerance)
            for name in mine
        )
    )


def _compare(name: str, mine: Tensor, theirs: Tensor, tolerance: float) -> Comparison:
    if mine.shape != theirs.shape:
        raise ValueError(
            f"the gradient of {name} has shape {tuple(mine.shape)}; {tuple(theirs.shape)} is "
            "wanted, the shape of the tensor itself."
        )
    difference = (mine.double() - theirs.double()).abs().nan_to_num(nan=torch.inf)
    place = tuple(int(i) for i in np.unravel_index(int(difference.argmax()), difference.shape))
    largest = difference[place].item()
    if torch.equal(mine, theirs):
        verdict: Verdict = "exact"
    else:
        verdict = "close" if largest <= tolerance * theirs.abs().max().item() else "wrong"
    return Comparison(name, verdict, largest, place, mine[place].item(), theirs[place].item())
