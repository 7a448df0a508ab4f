"""A model as a folder: config.json, model.safetensors, tokenizer.json."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import ClassVar

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save
from torch import Tensor, nn

from lmlab.nn.quantised import Int8Linear
from lmlab.settings import Settings
from lmlab.sources.atomic import write_file

CONFIG, WEIGHTS = "config.json", "model.safetensors"
_PICKLED = ("*.bin", "*.pt", "*.pth", "*.ckpt")


class Pretrained(nn.Module):
    """A model that saves itself as a folder and is read back from one."""

    Config: ClassVar[type[Settings]]
    config: Settings

    def weights(self) -> dict[str, Tensor]:
        """Every learnt tensor by its name; a matrix that two layers share, once."""
        return dict(self.named_parameters())

    @classmethod
    def from_weights(cls, config: Settings, weights: Mapping[str, Tensor], where: Path):
        """The model of these settings and weights, which were read from the file `where`."""
        model = cls(config)
        fill(model, weights, where)
        return model.eval()

    @property
    def device(self) -> torch.device:
        """Where the model computes."""
        return next(iter(self.weights().values())).device

    @contextmanager
    def evaluating(self) -> Iterator[None]:
        """For the length of a `with` block without dropout and gradients, then as before."""
        training = self.training
        if training:  # to tell every module takes longer than a small model takes for a token
            self.eval()
        try:
            with torch.no_grad():
                yield
        finally:
            if training:
                self.train()

    def num_parameters(self) -> int:
        """Learnt numbers, a shared matrix counted once."""
        return sum(weight.numel() for weight in self.weights().values())

    def save_pretrained(self, folder: str | Path, tokenizer=None, dtype=None) -> Path:
        """Write config.json, model.safetensors and, if given, tokenizer.json into `folder`.

        Each file is whole or not there at all; an older one is replaced. `dtype` (torch.float16,
        say) stores smaller numbers; they are read back as float32.
        """
        if any(isinstance(module, Int8Linear) for module in self.modules()):
            raise ValueError("an int8 model is not saved: save it before `quantise` rounds it.")
        folder = Path(folder)
        weights = {name: _stored(weight, dtype) for name, weight in self.weights().items()}
        config = {"architecture": type(self).__name__, **json.loads(self.config.to_json())}
        try:
            write_file(folder / WEIGHTS, save(weights, metadata={"format": "pt"}))
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

    @classmethod
    def from_pretrained(cls, folder: str | Path):
        """Read a folder that `save_pretrained` wrote; the model is in evaluation mode."""
        config = _read_settings(Path(folder), cls)
        path = _existing(Path(folder), WEIGHTS)
        return cls.from_weights(config, _read_weights(path), path)


def _stored(weight: Tensor, dtype: torch.dtype | None) -> Tensor:
    """The tensor on the CPU, in `dtype`; whole numbers, such as counts, stay as they are."""
    return weight.detach().to("cpu", dtype if weight.is_floating_point() else None)


def read_architecture(folder: str | Path) -> str | None:
    """The name of the class whose model is in `folder`; None for another program's folder."""
    return _read_fields(_existing(Path(folder), CONFIG)).get("architecture")


def _read_fields(path: Path) -> dict:
    try:
        fields = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise ValueError(f"{path} is no model config: {error}.") from error
    if not isinstance(fields, dict):
        raise ValueError(f"{path} is no model config: it holds no JSON object.")
    return fields


def _read_settings(folder: Path, cls: type[Pretrained]) -> Settings:
    """The settings of the model in `folder`, which must be of the class `cls`."""
    path = _existing(folder, CONFIG)
    fields = _read_fields(path)
    kind = fields.pop("architecture", None)
    if kind != cls.__name__:
        raise ValueError(
            f"{path} describes a model of kind {kind!r}, not {cls.__name__!r}: "
            "open it with the class that wrote it."
        )
    try:
        return cls.Config.from_json(json.dumps(fields))
    except (ValueError, TypeError) as error:
        raise ValueError(f"{path}: {error}") from error


def _read_weights(path: Path) -> dict[str, Tensor]:
    try:
        return load_file(path)
    except SafetensorError as error:
        raise ValueError(
            f"{path} is damaged ({error}); copy or download it again, or go back to an earlier "
            "checkpoint."
        ) from error


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
