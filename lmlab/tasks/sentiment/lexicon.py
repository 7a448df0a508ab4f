"""Feelings read off a list of words: no learning at all. Built in chapter 6.5."""

import re
from collections.abc import Collection, Mapping, Sequence

from lmlab.tasks.sentiment.stories import last_sentence

_GOOD = "happy glad proud joy smiled laughed sang danced kind best fun good fine thank jumped"
_BAD = "sad unhappy angry afraid lonely ashamed disappointed cried cry lost broken hurt alone sorry"
POLARITY: Mapping[str, int] = {
    **dict.fromkeys(_GOOD.split(), 1),
    **dict.fromkeys(_BAD.split(), -1),
}
NEGATIONS = frozenset("not never no neither nor nobody nothing".split())
REACH = 3
"""A negation turns the feelings in as many words that follow it."""


def lexicon_score(
    words: Sequence[str], polarity: Mapping[str, int], negations: Collection[str], reach: int
) -> int:
    """The sum of the words' polarities, each turned round where a negation stands before it.

    A negation reaches over the next `reach` words; words without a polarity count 0. Two negations
    turn a word once, as one does.
    Source: Polanyi & Zaenen 2006, "Contextual valence shifters".
    """
    total = 0
    for place, word in enumerate(words):
        negated = any(before in negations for before in words[max(place - reach, 0) : place])
        total += polarity.get(word, 0) * (-1 if negated else 1)
    return total


def by_lexicon(texts: Sequence[str]) -> list[str]:
    """The label of each text, by the words of its last sentence."""
    return [
        _label(lexicon_score(_words(last_sentence(text)), POLARITY, NEGATIONS, REACH))
        for text in texts
    ]


def majority(texts: Sequence[str]) -> list[str]:
    """The label that is most frequent in the town, whatever the text."""
    return ["positive"] * len(texts)


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", text.lower())


def _label(score: int) -> str:
    if score == 0:
        return "neutral"
    return "positive" if score > 0 else "negative"
