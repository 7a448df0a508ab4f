"""The gradient of each example by itself, where a batch has only their mean.

Built in chapter 8.2.
"""

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn
from torch.func import functional_call, grad, vmap
from torch.nn.attention import SDPBackend, sdpa_kernel

from lmlab.training.evaluation import next_token_loss


def per_example_gradients(
    model: nn.Module,
    ids: Int[Tensor, "batch time"],
    targets: Int[Tensor, "batch time"],
) -> Float[Tensor, "batch weights"]:
    """For each row the gradient of its own mean loss, over all weights in one long row.

    The weights are in the order of model.parameters(); `in_pieces` cuts the row up again. Targets
    of -100 do not count. The mean of the rows is what `backward` gives for the mean of the losses.

    `grad` makes of a function the function of its gradient, and `vmap` one for a batch of one for
    an example: the batch goes through the model once. The attention is PyTorch's plain one, since
    its fused kernel has no rule for `vmap`.
    """

    def loss(weights: dict[str, Tensor], ids: Tensor, targets: Tensor) -> Tensor:
        logits = functional_call(model, weights, (ids[None],))
        return next_token_loss(logits, targets[None])

    weights = {name: p.detach() for name, p in model.named_parameters()}
    of_each = vmap(grad(loss), in_dims=(None, 0, 0), randomness="different")
    with sdpa_kernel(SDPBackend.MATH):
        gradients = of_each(weights, ids, targets)
    return torch.cat([gradient.flatten(1) for gradient in gradients.values()], dim=1)


def in_pieces(row: Float[Tensor, " weights"], model: nn.Module) -> list[Tensor]:
    """The long row as one tensor for each of model.parameters(), in its shape."""
    parameters = list(model.parameters())
    pieces = row.split([p.numel() for p in parameters])
    return [piece.view_as(p) for piece, p in zip(pieces, parameters, strict=True)]
