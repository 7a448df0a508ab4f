"""The memory of a real training step, counted tensor by tensor.

Not what the operating system says, which keeps what was freed: the same on every machine. Built in
chapter 8.1.
"""

from collections.abc import Iterable
from functools import partial

import torch
from jaxtyping import Int
from torch import Tensor, nn
from torch.autograd.graph import saved_tensors_hooks
from torch.nn import functional as F
from torch.utils.checkpoint import checkpoint

from lmlab.models.config import TransformerConfig
from lmlab.models.gpt import GPT
from lmlab.scaling.memory import Memory
from lmlab.scaling.timing import peak_bytes


def measured_memory(
    config: TransformerConfig, batch: int, context: int, *, checkpointing: bool = False
) -> Memory:
    """A GPT of this shape takes two steps with AdamW in float32; what the second one holds.

    "working" is what the peak of the step is above the other parts. Built in chapter 8.1.
    """
    model = GPT(config)
    if checkpointing:
        checkpoint_blocks(model)
    ids = torch.zeros(batch, context, dtype=torch.long)
    optimizer = torch.optim.AdamW(model.parameters())
    _loss(model, ids).backward()
    optimizer.step()  # now there are gradients and running means
    kept = saved_bytes(model, ids)
    peak = peak_bytes(lambda: _loss(model, ids).backward())
    return Memory(
        weights=tensor_bytes(model.parameters()),
        gradients=tensor_bytes(p.grad for p in model.parameters()),
        optimizer=tensor_bytes(
            value
            for state in optimizer.state.values()
            for name, value in state.items()
            if name != "step"
        ),
        activations=kept,
        working=peak - kept,
    )


def checkpoint_blocks(model: GPT) -> None:
    """From now on each block keeps its input alone and is computed again in backward.

    Source: Chen et al. 2016 (arXiv 1604.06174).
    """
    for block in model.blocks:
        block.forward = partial(checkpoint, block.forward, use_reentrant=False)


def saved_bytes(model: nn.Module, ids: Int[Tensor, "batch time"]) -> int:
    """Bytes that forward keeps for backward up to the logits, the weights not counted."""
    weights = {_memory(p) for p in model.parameters()}
    kept: dict[int, Tensor] = {}

    def keep(tensor: Tensor) -> Tensor:
        if _memory(tensor) not in weights:
            kept[_memory(tensor)] = tensor
        return tensor

    with saved_tensors_hooks(keep, lambda tensor: tensor):
        model(ids)
    return tensor_bytes(kept.values())


def tensor_bytes(tensors: Iterable[Tensor]) -> int:
    """Bytes of all tensors; those that share their memory count once."""
    return sum({_memory(t): t.untyped_storage().nbytes() for t in tensors}.values())


def _loss(model: nn.Module, ids: Tensor) -> Tensor:
    return F.cross_entropy(model(ids).flatten(0, 1), ids.flatten())


def _memory(tensor: Tensor) -> int:
    """Where its numbers are; the same for all views of them."""
    return tensor.untyped_storage()._cdata
