"""A data set of your own: Parquet, JSON or CSV files laid out as on the hub, or SQuAD's JSON."""

import json
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from lmlab.sources import hub
from lmlab.sources.hub import HubDataset, Rows
from lmlab.text.corpora import own
from lmlab.text.corpora.corpus import SPLITS, Corpus, CorpusInfo
from lmlab.text.corpora.hub import HubCorpus
from lmlab.text.corpora.layouts import layout_of

_BUILDERS = {".parquet": "parquet", ".jsonl": "json", ".json": "json", ".csv": "csv"}
_SQUAD_SPLITS = {"train": "train", "dev": "validation", "test": "test"}
"""How the names of SQuAD's files begin."""


def is_table(path: Path) -> bool:
    """Whether `path` is such a file, or a folder of them with no text but its card."""
    files = list(path.rglob("*")) if path.is_dir() else [path]
    kinds = {file.suffix.lower() for file in files if file.name != "README.md"}
    return bool(kinds & _BUILDERS.keys()) and not kinds & own.SUFFIXES


def load_tables(path: Path) -> Corpus:
    """The data set in a folder or file: pairs, labelled texts or questions, as its columns say.

    Of train, validation and test, what is not there is carved out of train. Raises ValueError for
    columns that no layout has, naming those found and those wanted (see `layouts`).
    """
    rows = _squad_rows(path) or _rows(path)
    return _corpus(rows, str(path), path.name, "on this machine")


def load_hub(repository: str, offline_choices: Iterable[str], *, progress: bool = True) -> Corpus:
    """A data set on the hub by its name, "rajpurkar/squad_v2", in one of the same layouts."""
    data = HubDataset(repository, None, None)
    cached = hub.is_cached(data)
    rows = hub.read(data) if cached else hub.fetch(data, offline_choices, progress=progress)
    return _corpus(rows, repository, repository, "cache" if cached else "hub")


def _corpus(rows: Rows, where: str, name: str, served_by: str) -> Corpus:
    columns = dict.fromkeys(key for part in rows.values() for row in part[:1] for key in row)
    if not columns:
        raise ValueError(f"{where} holds no row of train, validation or test.")
    layout = layout_of(columns, where)
    rows = {split: [row for row in part if row.get("label") != -1] for split, part in rows.items()}
    together = layout.together if layout.together in columns else None
    documents = HubCorpus(HubDataset(where, None, None), layout.read, together).documents(rows)
    info = CorpusInfo(
        name=name,
        title=name,
        licence="as its source says",
        source=where,
        kind=layout.kind,
        bytes=sum(len(str(each).encode()) for part in documents for each in part),
        served="file" if served_by == "on this machine" else "hub",
        description="A data set of your own.",
        present=True,
    )
    return Corpus(info, *documents, served_by=served_by)


def _rows(path: Path) -> Rows:
    from datasets import load_dataset  # imported here: it takes a second

    try:
        if path.is_dir():
            found = load_dataset(str(path), streaming=True)
        else:
            builder = _BUILDERS[path.suffix.lower()]
            found = load_dataset(builder, data_files=str(path), streaming=True)
        return {split: list(found[split]) for split in SPLITS if split in found}
    except Exception as error:  # the library passes on the errors of several others
        raise ValueError(f"{path} cannot be read as a data set: {error}") from error


def _squad_rows(path: Path) -> Rows:
    """The rows of SQuAD's own files; none when there are others."""
    files = sorted(path.glob("*.json")) if path.is_dir() else [path]
    rows: Rows = {}
    for file in files:
        if file.suffix.lower() == ".json" and (articles := _articles(file)):
            beginning = re.match("[a-z]*", file.name.lower()).group()
            split = _SQUAD_SPLITS.get(beginning, "train")
            rows.setdefault(split, []).extend(_questions(articles))
    return rows


def _articles(file: Path) -> list[dict]:
    """What stands under "data" in a file of SQuAD's; an empty list for another file."""
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
    except ValueError:  # rows, one a line, or no JSON at all: the library will say
        return []
    articles = content.get("data", []) if isinstance(content, dict) else []
    return articles if articles and "paragraphs" in articles[0] else []


def _questions(articles: Iterable[dict]) -> Iterator[dict]:
    """SQuAD's tree as the rows that the hub has of it."""
    for article in articles:
        for paragraph in article["paragraphs"]:
            for asked in paragraph["qas"]:
                answers = [] if asked.get("is_impossible") else asked["answers"]
                yield {
                    "title": article.get("title", ""),
                    "context": paragraph["context"],
                    "question": asked["question"],
                    "answers": {
                        "text": [answer["text"] for answer in answers],
                        "answer_start": [answer["answer_start"] for answer in answers],
                    },
                }
