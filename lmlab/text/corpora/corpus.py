"""A corpus: text in three splits, with its licence, its source and a card to show."""

import html
from collections.abc import Sequence
from dataclasses import dataclass, field

SPLITS = ("train", "validation", "test")


@dataclass(frozen=True)
class Pair:
    """A text and what should be made of it: a translation or a summary."""

    source: str
    target: str
    attribution: str = ""

    def __str__(self) -> str:
        return f"{self.source}\t{self.target}"


@dataclass(frozen=True)
class Labelled:
    """A text and its class, such as "positive"."""

    text: str
    label: str

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True)
class Question:
    """A question on a passage; each answer is a piece of the passage, beginning at its `start`."""

    passage: str
    question: str
    answers: tuple[str, ...]
    starts: tuple[int, ...]

    def __str__(self) -> str:
        return f"{self.passage}\n{self.question}\n{self.answers[0] if self.answers else ''}"


Document = str | Pair | Labelled | Question


@dataclass(frozen=True)
class CorpusInfo:
    """What is known of a corpus before it is loaded.

    `kind` is text, pairs, labelled or questions; `bytes` is about how much text it holds; `source`
    tells where the text comes from and `served` how it gets here (generated, on this machine,
    package, hub, file). `present` is True when loading it needs no network.
    """

    name: str
    title: str
    licence: str
    source: str
    kind: str
    bytes: int
    served: str
    description: str
    present: bool = False


@dataclass(frozen=True)
class Corpus:
    """Documents in three splits. Chapter 02_1 trains every kind of language model on one of them.

    A document is a string, or a `Pair`, `Labelled` or `Question`, as `info.kind` says.
    `served_by` is "shipped", "generated", "on this machine", "cache", "package registry" or "hub".
    """

    info: CorpusInfo
    train: Sequence[Document] = field(repr=False)
    validation: Sequence[Document] = field(repr=False)
    test: Sequence[Document] = field(repr=False)
    served_by: str
    separator: str = field(default="\n\n", repr=False)

    @property
    def name(self) -> str:
        """The name that `load` knows the corpus by."""
        return self.info.name

    def documents(self, split: str) -> Sequence[Document]:
        """The documents of "train", "validation" or "test"."""
        if split not in SPLITS:
            raise ValueError(f"split={split!r} is none of {', '.join(SPLITS)}.")
        return getattr(self, split)

    def text(self, split: str = "train") -> str:
        """The split as one string, its documents joined by `separator`."""
        return self.separator.join(map(str, self.documents(split)))

    def __repr__(self) -> str:
        sizes = ", ".join(f"{split} {len(self.documents(split)):,}" for split in SPLITS)
        return f"Corpus({self.name}: {sizes} documents; {self.served_by}; {self.info.licence})"

    def _repr_html_(self) -> str:
        """A card for a notebook: sizes, licence, source and the first lines, as text only."""
        rows = "".join(
            f"<tr><th scope='row'>{split}</th><td>{len(documents):,} documents</td>"
            f"<td>{sum(len(str(document)) for document in documents):,} characters</td></tr>"
            for split, documents in ((split, self.documents(split)) for split in SPLITS)
        )
        title, licence, source, served = map(
            html.escape, (self.info.title, self.info.licence, self.info.source, self.served_by)
        )
        return (
            f"<div><strong>{title}</strong> ({served})<table>{rows}</table>"
            f"<pre>{html.escape(self._first_lines())}</pre>"
            f"<p>{licence}. Source: {source}</p></div>"
        )

    def _first_lines(self, lines: int = 4, width: int = 100) -> str:
        first = str(self.train[0]) if len(self.train) else ""
        kept = [line for line in first.splitlines() if line.strip()][:lines]
        return "\n".join(line if len(line) <= width else line[: width - 1] + "…" for line in kept)
