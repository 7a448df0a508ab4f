"""Rows of the hub's data sets as documents: told by their columns, wherever they come from.

context, question, answers    SQuAD 1.1 and 2.0         Question
translation                   OPUS                      Pair
article, highlights           CNN/DailyMail             Pair
text, label                   IMDb                      Labelled
sentence, label               SST-2                     Labelled
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from lmlab.text.corpora.corpus import Document, Labelled, Pair, Question

Row = Mapping[str, Any]


def question(row: Row) -> Question:
    """A question on a passage; without answers where the passage does not answer it."""
    answers = row["answers"]
    return Question(
        row["context"], row["question"], tuple(answers["text"]), tuple(answers["answer_start"])
    )


def translation(row: Row) -> Pair:
    """A sentence in two languages, English first where it is one of them."""
    languages = row["translation"]
    first, second = sorted(languages, key=lambda name: name != "en")
    return Pair(languages[first], languages[second])


def article(row: Row) -> Pair:
    """A news article and its highlights."""
    return Pair(row["article"], row["highlights"])


def review(row: Row) -> Labelled:
    """A text with its label; 0 is negative, 1 is positive, as in IMDb and SST-2."""
    label = row["label"]
    name = {0: "negative", 1: "positive"}.get(label, str(label))
    return Labelled(row["text"] if "text" in row else row["sentence"], name)


@dataclass(frozen=True)
class Layout:
    """The columns by which a kind of data set is known, and the reader of its rows."""

    columns: tuple[str, ...]
    read: Callable[[Row], Document]
    kind: str
    """As in `CorpusInfo`."""
    together: str | None = None
    """A column, where there is one: rows alike in it belong to one split."""


LAYOUTS = (
    Layout(("context", "question", "answers"), question, "questions", "title"),
    Layout(("translation",), translation, "pairs"),
    Layout(("article", "highlights"), article, "pairs"),
    Layout(("text", "label"), review, "labelled"),
    Layout(("sentence", "label"), review, "labelled"),
)


def layout_of(columns: Iterable[str], where: str) -> Layout:
    """The layout with these columns; ValueError names those found and those wanted."""
    columns = list(columns)
    for layout in LAYOUTS:
        if set(layout.columns) <= set(columns):
            return layout
    wanted = "; ".join(", ".join(layout.columns) for layout in LAYOUTS)
    raise ValueError(
        f"{where} has the columns {', '.join(columns)}. Wanted is one of these sets: {wanted}. "
        "Rename the columns, or give a plain text file."
    )
