"""Read English sentences back: the templates that tell events, turned round into patterns."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from lmlab.text.town import lexicon
from lmlab.text.town.kinds import SLOT, phrases

NAME = "[A-Z][a-z]+"


@dataclass(frozen=True)
class Words:
    """The words that stood in one slot."""

    letters: str
    form: str
    text: str


@dataclass(frozen=True)
class Reading:
    """One way to understand a sentence: a kind of event and the words in its slots."""

    kind: str
    detail: str
    words: tuple[Words, ...]


class Pattern:
    """A phrase as a regular expression, compiled when first needed."""

    def __init__(self, kind: str, detail: str, phrase: str):
        self.kind, self.detail, self.phrase = kind, detail, phrase
        plain = re.sub(r"\([^)]*\)", "{}", phrase)
        self.key = max(re.split(r"\{[^}]*\}|[\[\]]", plain)[1:] or [""], key=len)
        self.slots: list[tuple[str, str]] = []
        self.regex: re.Pattern | None = None

    def read(self, sentence: str) -> Reading | None:
        """The sentence as this phrase tells it, or None."""
        if self.key not in sentence:
            return None
        if self.regex is None:
            self.regex = self.compile()
        match = self.regex.fullmatch(sentence)
        if match is None:
            return None
        found = zip(self.slots, match.groups(), strict=True)
        words = tuple(Words(*slot, text) for slot, text in found if text)
        return Reading(self.kind, self.detail, words)

    def compile(self) -> re.Pattern:
        """Literal text stays, (a|b) stays a choice, a slot becomes a group."""
        source, end = "", 0
        for match in SLOT.finditer(self.phrase):
            source += _literal(self.phrase[end : match.start()], first=not end)
            letters, form, mark = match.groups()
            if not mark:
                self.slots.append((letters, form or ""))
                source += f"({_slot(letters, form or '')})"
            end = match.end()
        return re.compile(source + _literal(self.phrase[end:], first=not end))


def _literal(text: str, first: bool) -> str:
    escaped = re.sub(r"[.?!]", r"\\\g<0>", text).replace("(", "(?:")
    return escaped[0].upper() + escaped[1:] if first and escaped else escaped


@cache
def _slot(letters: str, form: str) -> str:
    """The pattern of a slot. A capital is allowed everywhere: it may open the sentence."""
    if letters == "AB":
        return f"{NAME} and {NAME}|[Tt]hey"
    letter = letters[0]
    if letter in "ABC":
        return _person(form)
    if letter in "TUV":
        return _thing(form)
    if letter in "PQ":
        names = _any(place.name for place in lexicon.ALL_PLACES)
        inside = _any(place.english["in"] for place in lexicon.ALL_PLACES)
        return f"[Tt]he {names}" if form == "" else f"(?i:{inside})"
    spots = {spot.name for place in lexicon.ALL_PLACES for spot in place.spots}
    names = {"W": lexicon.WEATHER, "N": lexicon.NUMBERS}.get(letter)
    return f"(?i:{_any(spots if names is None else (phrase.name for phrase in names))})"


def _person(form: str) -> str:
    people = {person.relation for people in lexicon.FRIENDS for person in people}
    roles = {
        p.role for use in ("adult", "mender", "child") for ps in lexicon.PEOPLE[use] for p in ps
    }
    return {
        "": f"[Ss]he|[Hh]e|{NAME}",
        "n": NAME,
        "o": f"her|him|{NAME}",
        "sub": "[Ss]he|[Hh]e",
        "p": "[Hh]er|[Hh]is",
        "role": f"(?i:{_any(roles)})",
        "intro": f"(?:[Hh]er|[Hh]is) {_any(people)} {NAME}|(?i:{_any(roles)}) called {NAME}",
    }[form]


@cache
def _thing(form: str) -> str:
    things = [t for nouns in lexicon.THINGS_BY_USE.values() for kinds in nouns for t in kinds]
    nouns = _any({thing.noun for thing in things})
    adjectives = _any({word for thing in things for word in (thing.size, thing.look) if word})
    definite = f"[Tt]he (?:{adjectives} ){{0,2}}{nouns}"
    return {
        "": f"[Ii]t|{definite}",
        "d": definite,
        "a": f"[Aa]n? (?:{adjectives} ){{0,2}}{nouns}",
        "g": f"[Aa]n? {nouns}",
        "n": nouns,
        "made": _any({thing.made for thing in things if thing.made}),
    }[form]


def _any(words) -> str:
    return "(?:" + "|".join(sorted(words, key=lambda word: (-len(word), word))) + ")"


@cache
def patterns() -> list[Pattern]:
    """Every English phrase, turned round."""
    return [
        Pattern(kind, detail, phrase)
        for kind, details in phrases("english").items()
        for detail, group in details.items()
        for phrase in group
    ]


@cache
def readings(sentence: str) -> tuple[Reading, ...]:
    """Every way to understand a sentence. Empty where no phrase fits."""
    return tuple(reading for p in patterns() if (reading := p.read(sentence)) is not None)


def sentences(story: str) -> list[str]:
    """The whole sentences of a story, quoted speech kept together. An unfinished end is dropped.

    Within quotes a full stop ends nothing, unless the quote closes and a capital follows.
    """
    found, start, quoted = [], 0, False
    text = " ".join(story.split())
    for at, char in enumerate(text):
        quoted ^= char == '"'
        ends = char in ".!?" or (char == '"' and text[at - 1 : at] in (".", "!", "?"))
        after = text[at + 1 : at + 3]
        if ends and not quoted and (not after or after[0] == " " and not after[1:2].islower()):
            found.append(text[start : at + 1].strip())
            start = at + 1
    return found
