"""How large the gradient of each weight of a model is: an x-ray of the backward pass.

Built in chapter 3.2.
"""

import re
from dataclasses import dataclass

import torch
from jaxtyping import Float, Int
from torch import Tensor

from lmlab.models import LanguageModel
from lmlab.training.evaluation import next_token_loss

_BLOCK = re.compile(r"blocks\.(\d+)\.(.+)")


def combined_gradient(
    gradients: Float[Tensor, "pieces ..."], counts: Int[Tensor, " pieces"]
) -> Float[Tensor, "..."]:
    """The gradient of the mean loss over all tokens, from those of the pieces of a batch.

    Each of `gradients` is of the mean over `counts` tokens. So a piece weighs as much as it has
    tokens: sum of count · gradient / sum of counts. Built in chapter 8.1.
    """
    return torch.tensordot(counts / counts.sum(), gradients, dims=1)


@dataclass(frozen=True, repr=False)
class GradientSizes:
    """The length of each weight's gradient, by the weight's name, and the loss it belongs to.

    In print, one line for each kind of weight and one column for each block.
    """

    loss: float
    """In nats per token."""
    sizes: dict[str, float]

    def __repr__(self) -> str:
        lines = [f"loss {self.loss:.3f} nats per token; length of the gradient of"]
        table: dict[str, list[str]] = {}
        for name, size in self.sizes.items():
            block = _BLOCK.fullmatch(name)
            table.setdefault(block[2] if block else name, []).append(f"{size:8.3f}")
        width = max(map(len, table))
        lines += [f"{kind:{width}} {''.join(cells)}" for kind, cells in table.items()]
        return "\n".join(lines)


def gradient_sizes(model: LanguageModel, ids: Int[Tensor, "batch time"]) -> GradientSizes:
    """One forward and one backward pass over a text, in which each token predicts the next.

    The model is left as it was, without gradients.
    """
    names, weights = zip(*model.named_parameters(), strict=True)
    loss = next_token_loss(model(ids[:, :-1]), ids[:, 1:])
    grads = torch.autograd.grad(loss, weights)
    return GradientSizes(
        loss.item(), {name: grad.norm().item() for name, grad in zip(names, grads, strict=True)}
    )
