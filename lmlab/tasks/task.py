"""What a task is: examples, and the metrics by which predictions of them are judged.

Used throughout chapter 6.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import wraps
from typing import Any

from lmlab.tasks.example import Example
from lmlab.tasks.metrics import Metric
from lmlab.text import town
from lmlab.text.corpora import Labelled, Pair, Question
from lmlab.text.corpora.corpus import Document
from lmlab.text.town.story import Stories

Predict = Callable[[Sequence[Any]], Sequence[Any]]
"""A model, as a task sees it: inputs in, as many predictions out, in the same order."""

SPLITS = ("held-out", "composed")
"""Scenes that no training text tells; and people who do what they never do in one."""

_TOWN_SPLITS = {
    "train": "train",
    "validation": "validation",
    "held-out": "test",
    "composed": "holdout",
}


@dataclass(frozen=True)
class Task:
    """A name, examples, and metrics, of which the first is the one that counts."""

    name: str
    draw: Callable[[str, int], Sequence[Example]]
    """Makes n examples of one of `SPLITS`, the same each time and none like another: a story that
    gave two would be counted as if it were two independent tries."""
    metrics: Mapping[str, Metric]

    def examples(self, split: str, n: int) -> Sequence[Example]:
        """`draw`, for a split that there is."""
        if split not in SPLITS or n < 1:
            raise ValueError(
                f"split={split!r}, n={n}: 1 or more examples can be had of {' and '.join(SPLITS)}."
            )
        return self.draw(split, n)


def town_stories(split: str, n: int) -> Stories:
    """n stories of "train", "validation", "held-out" or "composed", the same each time."""
    if split not in _TOWN_SPLITS:
        raise ValueError(f"split={split!r} is none of {', '.join(_TOWN_SPLITS)}.")
    return town.generate(n, split=_TOWN_SPLITS[split])


def examples_of(documents: Iterable[Document]) -> list[Example]:
    """The pairs, labelled texts or questions of a corpus as examples, to evaluate on real text."""
    return list(map(_example, documents))


def one_by_one(predict_one: Callable[[Any], Any]) -> Predict:
    """The `Predict` that asks `predict_one` for each input by itself."""

    @wraps(predict_one)
    def predict(inputs: Sequence[Any]) -> list[Any]:
        return [predict_one(each) for each in inputs]

    return predict


def _example(document: Document) -> Example:
    match document:
        case Pair():
            return Example(document.source, document.target)
        case Labelled():
            return Example(document.text, document.label, document.label)
        case Question():
            asked = (document.passage, document.question)
            kind = document.question.split()[0].lower() if document.answers else "no answer"
            return Example(asked, document.answers or ("",), kind)
    raise ValueError(
        f"{document!r:.60} is plain text; an example is made of a Pair, a Labelled or a Question."
    )
