"""Sentences to translate: of the town into Chinese and back, and real ones into Spanish.

Used in chapter 6.1.
"""

import re
from collections.abc import Sequence
from functools import cache
from random import Random

from lmlab.tasks import metrics
from lmlab.tasks.example import Example
from lmlab.tasks.task import Task, town_stories
from lmlab.tasks.translation.dictionary import split_words
from lmlab.text import corpora
from lmlab.text.town import Story
from lmlab.text.town.kinds import kinds
from lmlab.text.town.lexicon import NAMES
from lmlab.text.town.scenes import held_out

TextPair = tuple[str, str]
"""A sentence and its translation."""

STORIES = 12_000
"""Stories of the town whose sentences are learned from."""
LONGEST = 40
"""Characters of the longest real sentence that is read; most are shorter."""

_PRONOUN = re.compile(r"\b(s?he|him|her|his|it|they|them)\b|[他她它]", re.IGNORECASE)
_NUMBERS = {name: number for number, (name, *_) in enumerate(NAMES)}


@cache
def town_pairs(split: str = "train") -> tuple[TextPair, ...]:
    """The English sentences of a split's stories with their Chinese, each pair once."""
    stories = town_stories(split, STORIES if split == "train" else 100)
    return tuple(dict.fromkeys(pair for story in stories for pair in story.pairs))


def town_pairs_back(split: str = "train") -> tuple[TextPair, ...]:
    """The same pairs, the Chinese first."""
    return tuple((chinese, english) for english, chinese in town_pairs(split))


def tatoeba_pairs(split: str = "train") -> list[TextPair]:
    """The sentences of `tatoeba-en-es` with their Spanish, all but the long ones."""
    pairs = [(p.source, p.target) for p in corpora.load("tatoeba-en-es").documents(split)]
    return [pair for pair in pairs if max(map(len, pair)) <= LONGEST]


def _draw_town(split: str, n: int) -> list[Example]:
    return [_example(english, chinese) for english, chinese in _new_pairs(split, n, side=0)]


def _draw_back(split: str, n: int) -> list[Example]:
    return [_example(chinese, english) for english, chinese in _new_pairs(split, n, side=1)]


def _new_pairs(split: str, n: int, side: int) -> list[TextPair]:
    """One of each story, among those whose source no training story tells in the same words.

    `side` says which of a pair is the source: 0, the English one, or 1.
    """
    known = {pair[side] for pair in town_pairs()}
    found = []
    for story in town_stories(split, 2 * n):
        new = [
            pair
            for i, pair in enumerate(story.pairs)
            if pair[side] not in known and _fits(story, i, split)
        ]
        if new:
            found.append(Random(story.number).choice(new))
    return found[:n]


def _fits(story: Story, number: int, split: str) -> bool:
    """Whether a sentence belongs to a split: to "composed", if it names somebody who does what
    that person is never seen to do elsewhere.
    """
    if split != "composed":
        return True
    event, (english, _) = story.scene.events[number], story.pairs[number]
    roles = kinds()[event.kind].roles
    agents = {event.args[letter].name for letter, part in roles.items() if part == "agent"}
    named = [name for name in agents & _NUMBERS.keys() if name in split_words(english)]
    return any(held_out(_NUMBERS[name], event.kind) for name in named)


def _example(source: str, target: str) -> Example:
    """Pronouns are the hard part: who is meant may stand in the sentence before."""
    return Example(source, target, "pronoun" if _PRONOUN.search(source) else "no pronoun")


def _draw_tatoeba(split: str, n: int) -> list[Example]:
    """Short sentences of the test split, each English one once."""
    if split != "held-out":
        raise ValueError(f"split={split!r}: the real sentences have no split but 'held-out'.")
    pairs = dict(tatoeba_pairs("test"))
    chosen = Random(0).sample(sorted(pairs.items()), min(n, len(pairs)))
    return [Example(english, spanish) for english, spanish in chosen]


TRANSLATION = Task("translation", _draw_town, {"chrF": metrics.chrf(), "BLEU": metrics.bleu("zh")})
"""English sentences of the town into Chinese."""
TRANSLATION_BACK = Task(
    "translation into English", _draw_back, {"chrF": metrics.chrf(), "BLEU": metrics.bleu("13a")}
)
"""Chinese sentences of the town into English."""
TATOEBA = Task(
    "translation of Tatoeba", _draw_tatoeba, {"chrF": metrics.chrf(), "BLEU": metrics.bleu("13a")}
)
"""Short real English sentences into Spanish."""


def copy(sentences: Sequence[str]) -> list[str]:
    """The baseline that translates nothing."""
    return list(sentences)
