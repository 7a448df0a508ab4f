"""Data sets from the Hugging Face hub: pinned, asked for only when it can be reached, kept here."""

import json
import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from tqdm.auto import tqdm

from lmlab.sources.artifacts import SourceError, Unreachable
from lmlab.sources.cache import cache_dir, explained, locked, rebuilt
from lmlab.sources.network import reachable

Rows = dict[str, list[dict]]
"""For each split, a row as a dict of the data set's columns."""


@dataclass(frozen=True)
class HubDataset:
    """A data set on the hub, or a local folder laid out like one.

    `splits` pairs our names (train, validation, test) with the hub's; None takes those of our names
    that there are. Rows are streamed; `limit` stops each split after so many, so that only their
    part of a large set crosses the network.
    """

    repository: str
    revision: str | None
    splits: tuple[tuple[str, str], ...] | None
    configuration: str | None = None
    limit: int | None = None

    @property
    def key(self) -> str:
        """The data set's name in the cache: everything that decides what is in it."""
        parts = [self.repository.strip("/"), self.configuration, self.revision, self.limit]
        return "@".join(str(part).replace("/", "-") for part in parts if part)


def is_cached(data: HubDataset) -> bool:
    """True when the rows were fetched before."""
    return _place(data).is_dir()


def read(data: HubDataset) -> Rows:
    """The rows from the cache."""
    files = sorted(_place(data).glob("*.jsonl"))
    rows = ((file.stem, file.read_bytes().splitlines()) for file in files)
    return {split: [json.loads(row) for row in lines] for split, lines in rows}


def fetch(data: HubDataset, offline_choices: Iterable[str], *, progress: bool = True) -> Rows:
    """The rows from the hub, kept in the cache for the next time.

    Without a network it raises Unreachable in under three seconds, naming `offline_choices`; the
    library's own retries would take over twenty. SourceError says what else the hub answered.
    """
    if not (Path(data.repository).is_dir() or answers()):
        raise Unreachable(
            f"The data set {data.repository} lives on the Hugging Face hub, which cannot be "
            f"reached from here; these need no network: {', '.join(offline_choices)}."
        )
    target = _place(data)
    waiting = f"Another process is fetching {data.repository}; waiting for it."
    with explained(target.parent), locked(target, waiting):
        if not is_cached(data):
            with rebuilt(target) as folder:
                for ours, theirs in data.splits or _published(data):
                    _write(folder / f"{ours}.jsonl", _stream(data, theirs, progress))
    return read(data)


def answers() -> bool:
    """True when the hub can be reached and the environment does not forbid it (HF_HUB_OFFLINE)."""
    forbidden = (os.environ.get(name, "") for name in ("HF_HUB_OFFLINE", "HF_DATASETS_OFFLINE"))
    if any(value.upper() in ("1", "ON", "YES", "TRUE") for value in forbidden):
        return False
    return reachable(os.environ.get("HF_ENDPOINT") or "https://huggingface.co")


def _place(data: HubDataset) -> Path:
    return cache_dir() / "hub" / data.key


def _published(data: HubDataset) -> tuple[tuple[str, str], ...]:
    from datasets import get_dataset_split_names

    try:
        names = get_dataset_split_names(data.repository, data.configuration, revision=data.revision)
    except Exception as error:  # the library passes on the errors of several others
        raise SourceError(f"The hub did not give {data.repository}: {error}") from error
    return tuple((name, name) for name in ("train", "validation", "test") if name in names)


def _stream(data: HubDataset, split: str, progress: bool) -> Iterable[dict]:
    from datasets import load_dataset  # imported here: it takes a second

    try:
        rows = load_dataset(
            data.repository,
            name=data.configuration,
            split=split,
            revision=data.revision,
            streaming=True,
        )
        kept = rows.take(data.limit) if data.limit else rows
        yield from tqdm(kept, desc=f"{data.repository} {split}", disable=not progress, leave=False)
    except Exception as error:  # the library passes on the errors of several others
        raise SourceError(f"The hub did not give {data.repository} ({split}): {error}") from error


def _write(path: Path, rows: Iterable[dict]) -> None:
    with path.open("w", encoding="utf-8") as file:
        for row in rows:
            file.write(json.dumps(row, ensure_ascii=False) + "\n")
