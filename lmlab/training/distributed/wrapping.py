"""How a model is spread over processes: whole copies (DDP), or parts of every weight (FSDP2).

DDP: each process holds the whole model, and the gradients are averaged while they are made.
Source: Li et al. 2020 (arXiv 2006.15704).
FSDP: each process holds 1/n of every weight, its gradient and what the optimiser remembers of it;
a block is put together for the moment in which it computes. Source: Rajbhandari et al. 2020, "ZeRO"
(arXiv 1910.02054), stage 3; Zhao et al. 2023 (arXiv 2304.11277).
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import torch
from torch import Tensor, nn

from lmlab.models import Pretrained
from lmlab.nn import Block
from lmlab.training.distributed.world import World


def spread(model: Pretrained, world: World) -> Callable[..., Tensor]:
    """What is to be called in training instead of `model`, whose weights "fsdp" cuts in place."""
    if world.size == 1:
        return model
    if world.parallel == "ddp":
        return nn.parallel.DistributedDataParallel(model)
    from torch.distributed.device_mesh import init_device_mesh  # seconds, that one process saves
    from torch.distributed.fsdp import fully_shard

    mesh = init_device_mesh(model.device.type, (world.size,))
    # A block at a time is whole: then the rest, embedding and head, which may be one matrix.
    for part in [*(m for m in model.modules() if isinstance(m, Block)), model]:
        fully_shard(part, mesh=mesh, reshard_after_forward=True)
    return model


@contextmanager
def exchanging(module: Callable[..., Tensor], wanted: bool) -> Iterator[None]:
    """With `wanted`, gradients made in this block are averaged over all; else they stay at home.

    The parts of an accumulated gradient are averaged once, with the last of them.
    """
    if hasattr(module, "no_sync") and not wanted:
        with module.no_sync():
            yield
        return
    if hasattr(module, "set_requires_gradient_sync"):
        module.set_requires_gradient_sync(wanted)
    yield


def whole(tensor: Tensor) -> Tensor:
    """The tensor put together, when each process holds a part; all must ask at the same time."""
    return tensor.full_tensor() if hasattr(tensor, "full_tensor") else tensor


def part_of(tensor: Tensor, like: Tensor) -> Tensor:
    """The inverse of `whole`: this process's part, cut as `like` is."""
    if not hasattr(like, "full_tensor"):
        return tensor
    from torch.distributed.tensor import DTensor, Replicate

    mesh = like.device_mesh
    everywhere = DTensor.from_local(tensor, mesh, [Replicate()] * mesh.ndim, run_check=False)
    return everywhere.redistribute(placements=like.placements)


def whole_model(model: Pretrained) -> Pretrained:
    """The model itself, or a whole one made of its parts, in every process."""
    weights = model.weights()
    if not any(hasattr(w, "full_tensor") for w in weights.values()):
        return model
    copy = plain_kind(model)(model.config).to(model.device)
    with torch.no_grad():
        for name, weight in copy.weights().items():
            weight.copy_(whole(weights[name]))
    return copy


def plain_kind(model: Pretrained) -> type[Pretrained]:
    """The class of the model as it was before "fsdp" put one of its own on top."""
    return next(c for c in type(model).__mro__ if not hasattr(c, "set_requires_gradient_sync"))
