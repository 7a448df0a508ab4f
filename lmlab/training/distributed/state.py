"""Checkpoints that many processes write together, and that any number of them can go on from.

    OUT/checkpoints/step-00000200/   config.json, model.safetensors, tokenizer.json, state.json
                                     optimizer/shard-….safetensors, one for each process

As in `lmlab.training.checkpoints`, a folder named step-… is complete: process 0 renames it when
all have written, and a digest of every file says later whether it still is what it was. It is a
model folder as well: the parts of the weights are joined. Each process reads only its own parts.
"""

import hashlib
import json
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from lmlab.models import Pretrained
from lmlab.models.folders import CONFIG, WEIGHTS
from lmlab.training import checkpoints
from lmlab.training.distributed import tensors as shards
from lmlab.training.distributed.world import World
from lmlab.training.distributed.wrapping import plain_kind


def save(
    world: World,
    folder: Path,
    step: int,
    model: Pretrained,
    tensors: Mapping[str, Tensor],
    state: Mapping[str, Any],
    tokenizer=None,
) -> None:
    """`checkpoints.save_checkpoint` of all processes together."""
    if world.size == 1:
        checkpoints.save_checkpoint(folder, step, model, tensors, state, tokenizer)
        return
    with ExitStack() as till_renamed:
        temporary = None
        if world.speaks:
            temporary = str(till_renamed.enter_context(checkpoints.new_checkpoint(folder, step)))
        temporary = Path(world.from_first(temporary))
        shards.write_joined(dict(model.named_parameters()), temporary / WEIGHTS)
        shards.write(tensors, temporary / checkpoints.SHARDS)
        if world.speaks:
            _describe(model, temporary, tokenizer)
            checkpoints.seal(temporary, step, state, _digests(temporary))
    world.wait()  # nobody looks for it before it has its name


def newest(world: World, folder: Path, model: Pretrained) -> checkpoints.Checkpoint | None:
    """`checkpoints.newest` for all processes: of each tensor, the part that `model` has here."""
    found = checkpoints.newest(folder) if world.speaks else None
    if world.size == 1:
        return found
    where = world.from_first([str(found.path), found.state] if found else None)
    if where is None:
        return None
    path, state = Path(where[0]), where[1]
    parts = {name: torch.empty_like(p).detach() for name, p in model.named_parameters()}
    shards.read(parts, path)
    apart = path / checkpoints.SHARDS
    others = apart if apart.is_dir() else path  # written by many processes, or by one
    sizes = shards.sizes(others)
    tensors = {name: _room_for(name, sizes[name], parts) for name in sizes if name not in parts}
    shards.read(tensors, others)
    return checkpoints.Checkpoint(path, parts, tensors, state)


def _room_for(name: str, size: Tensor, weights: Mapping[str, Tensor]) -> Tensor:
    """An empty tensor, cut as the weight is that an optimiser's "adamw.embed.weight.mean" is of."""
    weight = weights.get(name.partition(".")[2].rpartition(".")[0])
    if weight is not None and weight.shape == size.shape:
        return torch.empty_like(weight, dtype=size.dtype)
    return torch.empty(size.shape, dtype=size.dtype)


def _describe(model: Pretrained, folder: Path, tokenizer) -> None:
    """What makes a folder of weights a model's."""
    fields = {"architecture": plain_kind(model).__name__, **json.loads(model.config.to_json())}
    (folder / CONFIG).write_text(json.dumps(fields, indent=2) + "\n", encoding="utf-8")
    if tokenizer is not None:
        tokenizer.save(folder)


def _digests(folder: Path) -> dict[str, str]:
    """SHA-256 of every file, by its path within the folder."""
    digests = {}
    for path in sorted(file for file in folder.rglob("*") if file.is_file()):
        with path.open("rb") as file:
            digests[path.relative_to(folder).as_posix()] = hashlib.file_digest(
                file, "sha256"
            ).hexdigest()
    return digests
