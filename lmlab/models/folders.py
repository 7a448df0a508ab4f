"""A model as a folder: config.json, model.safetensors, tokenizer.json."""

import json
from collections.abc import Mapping
from pathlib import Path

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save
from torch import Tensor, nn

from lmlab.models.config import TransformerConfig
from lmlab.sources.atomic import write_file

CONFIG, WEIGHTS = "config.json", "model.safetensors"
_PICKLED = ("*.bin", "*.pt", "*.pth", "*.ckpt")


def save_model(
    model: nn.Module, folder: str | Path, tokenizer=None, dtype: torch.dtype | None = None
) -> Path:
    """Write the three files, each whole or not at all; an older file is replaced.

    A matrix that two layers share is stored once, under its first name.
    """
    folder = Path(folder)
    weights = {name: p.detach().to("cpu", dtype) for name, p in model.named_parameters()}
    architecture = type(model).__name__
    try:
        write_file(folder / WEIGHTS, save(weights, metadata={"format": "pt"}))
        config = {"architecture": architecture, **json.loads(model.config.to_json())}
        write_file(folder / CONFIG, json.dumps(config, indent=2) + "\n")
        if tokenizer is not None:
            tokenizer.save(folder)
    except OSError as error:
        raise OSError(
            error.errno,
            f"the model was not saved ({error.strerror}); free space or choose "
            "another folder, then save again: nothing that was there before is lost",
            str(folder),
        ) from error
    return folder


def read_config(folder: str | Path, architecture: str) -> TransformerConfig:
    """The settings of the model in `folder`, which must be an `architecture` (GPT, say)."""
    path = _existing(Path(folder), CONFIG)
    try:
        fields = json.loads(path.read_text(encoding="utf-8"))
        kind = fields.pop("architecture", None)
    except (ValueError, TypeError, AttributeError) as error:
        raise ValueError(f"{path} is no model config: {error}.") from error
    if kind != architecture:
        raise ValueError(
            f"{path} describes a model of kind {kind!r}, not {architecture!r}: "
            "open it with the class that wrote it."
        )
    try:
        return TransformerConfig.from_json(json.dumps(fields))
    except (ValueError, TypeError) as error:
        raise ValueError(f"{path}: {error}") from error


def read_weights(model: nn.Module, folder: str | Path) -> None:
    """Fill `model`, in its own dtype, from the folder's weights; every name and shape must fit."""
    path = _existing(Path(folder), WEIGHTS)
    try:
        weights = load_file(path)
    except SafetensorError as error:
        raise ValueError(
            f"{path} is damaged ({error}); copy or download it again, or go back to an earlier "
            "checkpoint."
        ) from error
    fill(model, weights, where=path)


def fill(model: nn.Module, weights: Mapping[str, Tensor], where: Path) -> None:
    """Copy `weights`, read from the file `where`, into `model`; names and shapes must all fit."""
    wanted = dict(model.named_parameters())
    for what, names in (("lacks", wanted.keys() - weights), ("also has", weights.keys() - wanted)):
        if names:
            raise ValueError(f"{where} {what} {_some(names)}: does {CONFIG} belong to it?")
    with torch.no_grad():
        for name, parameter in wanted.items():
            if parameter.shape != weights[name].shape:
                raise ValueError(
                    f"{where}: {name} is {tuple(weights[name].shape)}, but {CONFIG} makes it "
                    f"{tuple(parameter.shape)}."
                )
            parameter.copy_(weights[name])


def _existing(folder: Path, name: str) -> Path:
    """folder/name, or an error that says what is there instead."""
    path = folder / name
    if path.is_file():
        return path
    if not folder.is_dir():
        raise FileNotFoundError(f"{folder} is not a folder; a model is saved as one, with {name}.")
    pickled = sorted(file.name for pattern in _PICKLED for file in folder.glob(pattern))
    if name == WEIGHTS and pickled:
        raise ValueError(
            f"{folder} holds {pickled[0]}, a pickle, which can run any code when it is opened. "
            f"Convert it once where you trust it: safetensors.torch.save_file("
            f'torch.load("{pickled[0]}", weights_only=True), "{WEIGHTS}").'
        )
    raise FileNotFoundError(f"{folder} has no {name}: it is not a complete model folder.")


def _some(names) -> str:
    names = sorted(names)
    return ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")
