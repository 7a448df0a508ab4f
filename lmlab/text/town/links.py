"""Which words of a sentence and of its Chinese tell the same thing of the scene."""

from __future__ import annotations

import re
from collections import defaultdict
from itertools import product
from typing import NamedTuple

from lmlab.text.town.scenes import Draft
from lmlab.text.town.teller import Mention, Told
from lmlab.text.town.world import Entity, Person, Thing

Span = tuple[int, int]


class Link(NamedTuple):
    """`english[start:end]` and `chinese[start:end]` tell the same.

    sure: one is the other's translation ("kite" and 风筝, "she" and 米娅). Otherwise both merely
    belong to mentions of the same person, place or thing ("a small red kite" and 风筝). Words that
    stand for no participant of the scene, such as most verbs, have no link.
    """

    english: Span
    chinese: Span
    sure: bool


def link(draft: Draft, english: Told, chinese: Told) -> list[Link]:
    """The links of one sentence and its Chinese."""
    here, there = _mentions(english), _mentions(chinese)
    links: list[Link] = []
    for key in here.keys() & there.keys():
        both = product(here[key], there[key])
        links += [Link(mine[2:], theirs[2:], sure=False) for mine, theirs in both]
        words, words_chinese = _words(draft.cast.get(key))
        mine = _found(here[key], english.text, words)
        theirs = _found(there[key], chinese.text, words_chinese)
        for row in mine.keys() & theirs.keys():
            if len(mine[row]) == len(theirs[row]):
                links += map(Link, mine[row], theirs[row], [True] * len(mine[row]))
    return sorted(links)


def _mentions(told: Told) -> dict[str, list[Mention]]:
    """The mentions of each participant: two people named at once are two mentions."""
    found = defaultdict(list)
    for mention in told.mentions:
        letters, form, start, end = mention
        names = re.split("( and |和)", told.text[start:end]) if letters == "AB" else []
        if len(names) == 3:
            found["A"].append(Mention("A", form, start, start + len(names[0])))
            found["B"].append(Mention("B", form, end - len(names[2]), end))
        elif letters:
            found[letters + ("made" if form == "made" else "")].append(mention)
    return found


def _words(entity: Entity | None) -> tuple[list[str], list[str]]:
    """The words that tell of a participant, its name first, and the Chinese of each."""
    match entity:
        case None:  # they; or how a thing was made
            return [], []
        case Person():
            words = entity.name, re.sub("^an? ", "", entity.role), entity.relation
            chinese = entity.chinese, entity.role_chinese, entity.relation_chinese
        case Thing():
            words = entity.noun, entity.look, entity.size
            chinese = entity.chinese, entity.look_chinese, entity.size_chinese
        case _:
            words, chinese = (entity.name,), (entity.chinese,)
    return list(words), list(chinese)


def _found(mentions: list[Mention], text: str, words: list[str]) -> dict[int, list[Span]]:
    """Where each of the words stands, by its number; a mention without any stands for the first."""
    found = defaultdict(list)
    for mention in mentions:
        taken: list[Span] = []
        for number, word in enumerate(words):
            pattern = re.escape(word).replace("的", "的?")
            whole = re.compile(rf"(?<![A-Za-z]){pattern}(?![A-Za-z])")
            spot = whole.search(text, mention.start, mention.end) if word else None
            if spot and not any(spot.start() < end and start < spot.end() for start, end in taken):
                taken.append(spot.span())
                found[number].append(spot.span())
        if not taken:
            found[0].append(mention[2:])
    return found
