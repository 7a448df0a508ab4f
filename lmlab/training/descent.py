"""Going downhill by one of the rules of `lmlab.training.steps`.

Built in chapter 3.2.
"""

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

import torch
from jaxtyping import Float
from torch import Tensor

from lmlab.training import steps


class _Rule(NamedTuple):
    step: Callable[..., tuple[Tensor, ...]]
    memories: int
    """How many tensors of the weight's shape it keeps."""
    counts: bool = False
    """Whether it wants to know the number of the step."""
    settings: dict[str, float] = {}


_RULES = {
    "SGD": _Rule(steps.sgd_step, 1),
    "momentum": _Rule(steps.sgd_step, 1, settings={"momentum": 0.9}),
    "RMSProp": _Rule(steps.rmsprop_step, 1),
    "Adam": _Rule(steps.adam_step, 2, counts=True),
    "AdamW": _Rule(steps.adamw_step, 2, counts=True),
    "Muon": _Rule(steps.muon_step, 1),
}


class Descent:
    """Moves weights, in place, by a rule: SGD, momentum, RMSProp, Adam, AdamW or Muon.

    `settings` (momentum, decay, beta1, …) are those of the rule's step function. Muon takes
    matrices only.
    """

    def __init__(self, rule: str, weights: Iterable[Tensor], lr: float, **settings: Any):
        if rule not in _RULES:
            raise ValueError(f"there is no rule {rule!r}; there are {', '.join(_RULES)}.")
        self._rule, self.lr = _RULES[rule], lr
        self._settings = {**self._rule.settings, **settings}
        self.weights = list(weights)
        self._memory = [[torch.zeros_like(w)] * self._rule.memories for w in self.weights]
        self._steps = 0

    @torch.no_grad()
    def step(self, factor: float = 1.0) -> None:
        """One step along every weight's `grad`, at `factor` times the learning rate."""
        self._steps += 1
        settings = {**self._settings, "lr": factor * self.lr}
        if self._rule.counts:
            settings["step"] = self._steps
        for place, weight in enumerate(self.weights):
            moved, *kept = self._rule.step(weight, weight.grad, *self._memory[place], **settings)
            weight.copy_(moved)
            self._memory[place] = kept

    def zero_grad(self) -> None:
        """Forget the gradients, which `backward` would add to."""
        for weight in self.weights:
            weight.grad = None


def descent_path(
    rule: str,
    loss: Callable[[Tensor], Tensor],
    start: Float[Tensor, " d"],
    n_steps: int,
    lr: float,
    **settings: Any,
) -> Float[Tensor, "points d"]:
    """The points that the rule visits on the landscape `loss`, `start` the first of n_steps + 1.

    To Muon a point is a matrix of one row.
    """
    point = start.clone()[None].requires_grad_()  # (1, d)
    descent, path = Descent(rule, [point], lr, **settings), [start]
    for _ in range(n_steps):
        descent.zero_grad()
        loss(point[0]).backward()
        descent.step()
        path.append(point[0].detach().clone())
    return torch.stack(path)
