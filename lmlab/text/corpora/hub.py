"""Corpora on the Hugging Face hub: which data set each is, and how its rows become documents.

Each is pinned to a commit. `shakespeare` alone follows the hub's own Parquet conversion, a branch:
its main branch holds a loading script, which `datasets` no longer runs.
"""

from collections.abc import Callable
from dataclasses import dataclass

from lmlab.sources.hub import HubDataset, Rows
from lmlab.text.corpora import layouts
from lmlab.text.corpora.corpus import Document
from lmlab.text.corpora.splits import split_items

Splits = tuple[list[Document], list[Document], list[Document]]
ALL = (("train", "train"), ("validation", "validation"), ("test", "test"))
HELD_OUT = 0.05


@dataclass(frozen=True)
class HubCorpus:
    """A data set and the reader of a row; rows alike in the column `together` stay together."""

    data: HubDataset
    read: Callable[[dict], Document]
    together: str | None = None

    def documents(self, rows: Rows) -> Splits:
        """The published splits; one that was not published is carved out of train by document."""
        train, *held = (rows.get(split, []) for split in ("train", "validation", "test"))
        if all(held):
            return tuple([self.read(row) for row in part] for part in (train, *held))
        groups = [str(row[self.together]) for row in train] if self.together else None
        items = [self.read(row) for row in train]
        ours = split_items(items, held_out=HELD_OUT, groups=groups)
        return ours[0], *(
            [self.read(row) for row in published] or carved
            for published, carved in zip(held, ours[1:], strict=True)
        )


def _plays(row: dict) -> str:
    return row["text"]


def _story(row: dict) -> str:
    return row["text"].strip()


HUB = {
    "shakespeare": HubCorpus(
        HubDataset("karpathy/tiny_shakespeare", "refs/convert/parquet", ALL), _plays
    ),
    "tinystories": HubCorpus(
        HubDataset(
            "roneneldan/TinyStories",
            "f54c09fd23315a6f9c86f9dc80f725de7d8f9c64",
            ALL[:2],
            limit=50_000,
        ),
        _story,
    ),
    "imdb": HubCorpus(
        HubDataset(
            "stanfordnlp/imdb",
            "e6281661ce1c48d982bc483cf8a173c1bbeb5d31",
            (ALL[0], ALL[2]),
            configuration="plain_text",
        ),
        layouts.review,
    ),
    "squad": HubCorpus(
        HubDataset(
            "rajpurkar/squad",
            "7b6d24c440a36b6815f21b70d25016731768db1f",
            ALL[:2],
            configuration="plain_text",
        ),
        layouts.question,
        together="title",
    ),
    "opus-100-en-zh": HubCorpus(
        HubDataset(
            "Helsinki-NLP/opus-100",
            "805090dc28bf78897da9641cdf08b61287580df9",
            ALL,
            configuration="en-zh",
            limit=100_000,
        ),
        layouts.translation,
    ),
    "cnn-dailymail": HubCorpus(
        HubDataset(
            "abisee/cnn_dailymail",
            "96df5e686bee6baa90b8bee7c28b81fa3fa6223d",
            ALL,
            configuration="3.0.0",
            limit=10_000,
        ),
        layouts.article,
    ),
}
