"""Sentences of `town` and who does what to whom in them, as a task. Built in chapter 6.4."""

from collections.abc import Sequence
from random import Random
from typing import NamedTuple

from lmlab.tasks import metrics
from lmlab.tasks.example import Example
from lmlab.tasks.task import Task, town_stories
from lmlab.text import town

ROLES = (
    "action", "agent", "experiencer", "recipient", "patient", "beneficiary", "theme",
    "place", "source", "goal", "time", "extent", "cause",
)  # fmt: skip
"""What `lmlab.text.town.Role` knows."""


PRONOUNS = ("she", "he", "they", "it", "her", "him")


class Part(NamedTuple):
    """A role and the words that play it: sentence[start:end] is `text`."""

    role: str
    text: str
    start: int
    end: int

    def __str__(self) -> str:
        return f"{self.role}: {self.text}"


class Analysed(NamedTuple):
    """A sentence, its parts in the order of its words, and what it tells."""

    sentence: str
    parts: tuple[Part, ...]
    event: str
    """The kind of event that it tells, such as "give"."""


def analysed(story: town.Story) -> list[Analysed]:
    """The sentences of a story with their parts.

    A part inside of another, as a thing in the cause of a feeling, is left out: it belongs to that.
    """
    found, start = [], 0
    told = zip(story.pairs, story.roles, story.scene.events, strict=True)
    for (sentence, _), roles, event in told:
        parts = [Part(r.role, r.text, r.start - start, r.end - start) for r in roles]
        kept = tuple(part for part in parts if not _inside(part, parts))
        found.append(Analysed(sentence, kept, event.kind))
        start += len(sentence) + 1
    return found


def town_sentences(split: str, n_stories: int) -> list[Analysed]:
    """All sentences of n stories of a split."""
    return [each for story in town_stories(split, n_stories) for each in analysed(story)]


def _inside(part: Part, parts: Sequence[Part]) -> bool:
    return any(o.start <= part.start and part.end <= o.end and o != part for o in parts)


def _draw(split: str, n: int) -> list[Example]:
    """One sentence of each story."""
    drawn = [Random(story.number).choice(analysed(story)) for story in town_stories(split, n)]
    return [Example(each.sentence, frozenset(each.parts), _category(each)) for each in drawn]


def _category(each: Analysed) -> str:
    """What may make the sentence hard."""
    if '"' in each.sentence:
        return "speech"
    if any(part.role == "cause" for part in each.parts):
        return "cause"
    pronoun = any(part.text.lower() in PRONOUNS for part in each.parts)
    return "pronoun" if pronoun else "plain"


SEMANTIC_ROLES = Task(
    "semantic roles",
    _draw,
    {
        "F1": metrics.set_f1(),
        "whole sentences": metrics.mean_of(lambda said, each: 100 * (said == each.wanted)),
    },
)
