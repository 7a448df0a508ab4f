"""Checkpoints: a run on disk, whole or not at all, and exact to resume. Built in chapter 5.

    OUT/checkpoints/step-00000200/   config.json, model.safetensors, tokenizer.json,
                                     optimizer.safetensors, state.json

A checkpoint is a model folder as well. It is written under a temporary name, flushed to disk and
renamed, so a folder named step-… is complete; state.json holds a digest of every tensor and file,
so what rots later is found when it is read.
"""

import hashlib
import json
import os
import shutil
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load, save
from torch import Tensor, nn

from lmlab.models.folders import WEIGHTS
from lmlab.sources.atomic import TEMPORARY, new_folder

OPTIMIZER, STATE = "optimizer.safetensors", "state.json"
SHARDS = "optimizer"
"""In place of OPTIMIZER, a folder of many processes' parts: see `lmlab.training.distributed`."""
KEPT = 2


class DamagedCheckpoint(ValueError):
    """A checkpoint that is not what was written; the message names the file and the tensor."""


@dataclass(frozen=True)
class Checkpoint:
    """What was read: the weights by name, the run's other tensors, and its state as from JSON."""

    path: Path
    weights: dict[str, Tensor]
    tensors: dict[str, Tensor]
    state: dict[str, Any]


def save_checkpoint(
    folder: Path,
    step: int,
    model: nn.Module,
    tensors: Mapping[str, Tensor],
    state: Mapping[str, Any],
    tokenizer=None,
) -> Path:
    """Write one checkpoint, then remove all but the newest `KEPT`.

    `tensors` is what the run needs besides the weights; `state` is put into JSON as it is.
    """
    with new_checkpoint(folder, step) as temporary:
        model.save_pretrained(temporary, tokenizer)
        weights = dict(model.named_parameters())
        tensors = {name: value.detach().cpu() for name, value in tensors.items()}
        (temporary / OPTIMIZER).write_bytes(save(tensors))
        digests = {WEIGHTS: _digests(weights), OPTIMIZER: _digests(tensors)}
        digests |= {file.name: _sha256(file.read_bytes()) for file in temporary.glob("*.json")}
        seal(temporary, step, state, digests)
    return _place(folder, step)


@contextmanager
def new_checkpoint(folder: Path, step: int) -> Iterator[Path]:
    """Give a temporary folder to fill; it becomes the checkpoint of `step`, the oldest one goes."""
    path = _place(folder, step)
    try:
        if path.exists():  # found damaged: else the run would have gone on from it
            remove(path)
        with new_folder(path) as temporary:
            yield temporary
        for old in complete(folder)[:-KEPT]:
            remove(old)
    except OSError as error:
        raise OSError(
            error.errno,
            f"the checkpoint of step {step} was not written ({os.strerror(error.errno or 0)}); "
            "free space or make the folder writable, then resume: earlier checkpoints are whole",
            str(folder),
        ) from error


def seal(folder: Path, step: int, state: Mapping[str, Any], digests: Mapping[str, Any]) -> None:
    """Write state.json; `digests` are of files, by their path in the folder, or of tensors."""
    content = {"step": step, **state, "digests": digests}
    content["digest"] = _sha256(_canonical(content))
    (folder / STATE).write_text(json.dumps(content, indent=1), encoding="utf-8")


def load_checkpoint(path: Path) -> Checkpoint:
    """Read one checkpoint and verify every digest; raises DamagedCheckpoint."""
    state = _read_state(path)
    digests = state.pop("digests")
    for name, wanted in digests.items():
        if isinstance(wanted, str):
            _check_file(path / name, wanted)
    weights = _read_tensors(path / WEIGHTS, digests[WEIGHTS])
    if OPTIMIZER in digests:
        tensors = _read_tensors(path / OPTIMIZER, digests[OPTIMIZER])
    else:
        tensors = _join(path / SHARDS)
    return Checkpoint(path, weights, tensors, state)


def newest(folder: Path) -> Checkpoint | None:
    """The newest checkpoint that is whole; a damaged one is passed over with a warning."""
    for path in reversed(complete(folder)):
        try:
            return load_checkpoint(path)
        except DamagedCheckpoint as error:
            warnings.warn(f"{error} Going back to the checkpoint before it.", stacklevel=2)
    return None


def complete(folder: Path) -> list[Path]:
    """The checkpoints that were written to the end, the oldest first."""
    return sorted(path for path in folder.glob("step-*") if path.is_dir())


def remove(path: Path) -> None:
    """Take a checkpoint away: renamed first, so that no half of it is ever found."""
    hidden = path.with_name(f"{TEMPORARY}{path.name}-old")
    shutil.rmtree(hidden, ignore_errors=True)
    path.rename(hidden)
    shutil.rmtree(hidden)


def prepare(folder: Path) -> None:
    """Make the folder, and remove what a crash left in it."""
    folder.mkdir(parents=True, exist_ok=True)
    for leftover in folder.glob(f"{TEMPORARY}*"):
        shutil.rmtree(leftover, ignore_errors=True)


def _read_state(path: Path) -> dict[str, Any]:
    """state.json, whose own digest says whether it can be believed."""
    try:
        state = json.loads((path / STATE).read_bytes())
        claimed = state.pop("digest")
    except (OSError, ValueError, KeyError, AttributeError) as error:
        raise DamagedCheckpoint(f"{path / STATE} is damaged ({error}).") from error
    if claimed != _sha256(_canonical(state)):
        raise DamagedCheckpoint(f"{path / STATE} is damaged: it is not what was written.")
    return state


def _check_file(path: Path, digest: str) -> None:
    if not path.is_file() or _sha256(path.read_bytes()) != digest:
        raise DamagedCheckpoint(f"{path} is damaged: it is not what was written.")


def _read_tensors(path: Path, digests: Mapping[str, str] | str) -> dict[str, Tensor]:
    """The tensors of a file, each as its digest says; of a file with one digest, it was checked."""
    try:
        tensors = load(path.read_bytes())
    except (SafetensorError, OSError) as error:
        raise DamagedCheckpoint(f"{path} is damaged ({error}).") from error
    if isinstance(digests, str):
        return tensors
    if tensors.keys() != digests.keys():
        raise DamagedCheckpoint(f"{path} is damaged: it holds other tensors than were written.")
    for name, tensor in tensors.items():
        if digest(tensor) != digests[name]:
            raise DamagedCheckpoint(f"{path} is damaged: {name} is not what was written.")
    return tensors


def _join(folder: Path) -> dict[str, Tensor]:
    """What many processes wrote, each its part, in whole tensors."""
    from lmlab.training.distributed import tensors as shards  # takes a second to import

    whole = {name: torch.empty_like(t, device="cpu") for name, t in shards.sizes(folder).items()}
    shards.read(whole, folder, alone=True)
    return whole


def digest(tensor: Tensor) -> str:
    """SHA-256 of a tensor's type, shape and bytes."""
    flat = tensor.detach().cpu().contiguous().flatten()
    head = f"{tensor.dtype} {tuple(tensor.shape)} ".encode()
    return _sha256(head + flat.view(torch.uint8).numpy().tobytes())


def _digests(tensors: Mapping[str, Tensor]) -> dict[str, str]:
    return {name: digest(tensor) for name, tensor in tensors.items()}


def _place(folder: Path, step: int) -> Path:
    return folder / f"step-{step:08d}"


def _canonical(content: Mapping[str, Any]) -> bytes:
    return json.dumps(content, sort_keys=True).encode()


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
