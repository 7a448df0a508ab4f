"""A model's folder from the Hugging Face hub, asked for only when the hub can be reached.

The library keeps it in its own cache, which other programs share, goes on with a download that
broke off, and lets two processes fetch the same at once.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from lmlab.sources.artifacts import SourceError, Unreachable
from lmlab.sources.found import Found
from lmlab.sources.hub import answers

WANTED = ("config.json", "tokenizer.json", "tokenizer_config.json", "chat_template.jinja")
WEIGHTS = ("model.safetensors", "model-*.safetensors", "model.safetensors.index.json")


@dataclass(frozen=True)
class HubFolder:
    """A repository of a model on the hub; `revision` None: its newest state."""

    repository: str
    revision: str | None = None


def is_here(model: HubFolder) -> bool:
    """True when the model was fetched before, by us or by another program."""
    return _cached(model) is not None


def fetch(model: HubFolder, offline_choices: Iterable[str]) -> Found:
    """The folder of `model`, from the cache or the hub.

    Without a network it raises Unreachable in under three seconds, naming `offline_choices`.
    SourceError says what else the hub answered.
    """
    if folder := _cached(model):
        return Found(folder, "cache")
    if not answers():
        raise Unreachable(
            f"The model {model.repository} lives on the Hugging Face hub, which cannot be reached "
            f"from here; these need no network: {', '.join(offline_choices)}."
        )
    folder = _snapshot(model)
    if not _has_weights(folder):
        raise SourceError(
            f"{model.repository} offers no weights as safetensors, and a pickle can run any code "
            "when it is opened; choose another repository of the model."
        )
    return Found(folder, "hub")


def _cached(model: HubFolder) -> Path | None:
    from huggingface_hub.errors import LocalEntryNotFoundError

    try:
        folder = _snapshot(model, local_files_only=True)
    except (LocalEntryNotFoundError, SourceError):
        return None
    whole = all((folder / name).is_file() for name in WANTED[:2])
    return folder if whole and _has_weights(folder) else None


def _has_weights(folder: Path) -> bool:
    return any(folder.glob("model*.safetensors"))


def _snapshot(model: HubFolder, **settings) -> Path:
    from huggingface_hub import snapshot_download  # imported here: it loads an HTTP client
    from huggingface_hub.errors import LocalEntryNotFoundError

    try:
        return Path(
            snapshot_download(
                model.repository,
                revision=model.revision,
                allow_patterns=[*WANTED, *WEIGHTS],
                **settings,
            )
        )
    except LocalEntryNotFoundError:
        raise
    except Exception as error:  # the library passes on the errors of several others
        raise SourceError(f"The hub did not give {model.repository}: {error}") from error
