"""Hold a summary against its scene: read what it claims, and see whether it happened."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

from lmlab.text.town.check import Violation, name_of
from lmlab.text.town.kinds import kinds, table
from lmlab.text.town.reader import Pattern, Reading, Words, readings, sentences
from lmlab.text.town.scenes import PEOPLE, THINGS
from lmlab.text.town.world import Scene, Thing


class Claim(NamedTuple):
    """That an event of a kind took place; `named` gives those of its letters that are known."""

    kind: str
    named: dict[str, str]


def check_summary(summary: str, scene: Scene) -> list[Violation]:
    """Where an English summary contradicts the scene it is of; an empty list if nowhere.

    It may be made of summaries as the town tells them, and of sentences of its stories. Every
    event that it claims must have happened, to those that it names; pronouns may mean anybody.
    An unfinished last sentence is passed over; any other wording is "unreadable". Chapter 6.3.
    """
    violations = []
    for index, sentence in enumerate(sentences(summary)):
        tried = [_objections(claims, words, scene) for claims, words in _ways(sentence)]
        message = "nothing of this world is told like this"
        found = min(tried, key=len, default=[("unreadable", message)])
        violations += [Violation(kind, index, sentence, text) for kind, text in found]
    if not sentences(summary):
        violations.append(Violation("unreadable", 0, summary, "there is no whole sentence"))
    return violations


def unsupported(claims: Sequence[Claim], events: Sequence[Claim]) -> list[Claim]:
    """The claims that no event bears out: none is of that kind, and has all those who are named.

    A letter that a claim does not name may stand for anybody. Chapter 6.3.
    """
    return [
        claim
        for claim in claims
        if not any(
            claim.kind == event.kind and claim.named.items() <= event.named.items()
            for event in events
        )
    ]


def events_of(scene: Scene) -> list[Claim]:
    """What did happen, in the form of claims."""
    return [
        Claim(event.kind, {letter: entity.name for letter, entity in event.args.items()})
        for event in scene.events
    ]


def claims_of(sentence: str) -> list[Claim]:
    """What a sentence of a summary says has happened, by the first way to read it; else nothing."""
    return next((claims for claims, _ in _ways(sentence)), [])


def _ways(sentence: str) -> list[tuple[list[Claim], Sequence[Words]]]:
    """Every way to understand a sentence: its claims, and the words in its slots."""
    found = [reading for p in _patterns() if (reading := p.read(sentence)) is not None]
    if found:
        return [(_claims_of_summary(way), way.words) for way in found]
    return [([Claim(way.kind, _named(way.words))], way.words) for way in readings(sentence)]


@cache
def _patterns() -> list[Pattern]:
    """The English summaries, turned round."""
    return [
        Pattern(plot, ending, text)
        for plot, endings in table("summaries").items()
        for ending, (text, _, _) in endings.items()
    ]


def _claims_of_summary(reading: Reading) -> list[Claim]:
    named = _named(reading.words)
    _, _, events = table("summaries")[reading.kind][reading.detail]
    claims = []
    for step in events.split("; "):
        kind, *letters = step.split()
        pairs = zip(kinds()[kind].letters, letters, strict=True)
        claims.append(Claim(kind, {mine: named[its] for mine, its in pairs if its in named}))
    return claims


def _named(words: Sequence[Words]) -> dict[str, str]:
    """Who and what the letters stand for, as far as names and nouns say so."""
    named: dict[str, str] = {}
    for each in words:
        if each.letters == "AB":
            both = each.text.split(" and ")
            named |= dict(zip("AB", both, strict=True)) if len(both) == 2 else {}
        elif (name := name_of(each)) is not None:
            named[each.letters] = name
    return named


def _objections(
    claims: Sequence[Claim], words: Sequence[Words], scene: Scene
) -> list[tuple[str, str]]:
    """What speaks against these claims, and against how things are described."""
    events = events_of(scene)
    found = [_difference(claim, events) for claim in unsupported(claims, events)]
    found += _twice(words)
    return found + [objection for each in words if (objection := _misdescribed(each, scene))]


def _difference(claim: Claim, events: Sequence[Claim]) -> tuple[str, str]:
    """In what a claim differs from the event that comes nearest to it."""
    deed = claim.kind.replace("_", " ")
    alike = [event.named for event in events if event.kind == claim.kind]
    if not alike:
        return "deed", f"nothing of the kind happens: {deed}"
    true = max(alike, key=lambda named: len(named.items() & claim.named.items()))
    letter = next(each for each, said in claim.named.items() if true[each] != said)
    sort = "person" if letter in PEOPLE else "thing" if letter in THINGS else "place"
    return sort, f"{deed}: it was {true[letter]}, not {claim.named[letter]}"


def _twice(words: Sequence[Words]) -> list[tuple[str, str]]:
    """Letters that stand for two names in one sentence, where the town would have one."""
    names: dict[str, set[str]] = {}
    for each in words:
        if (name := name_of(each)) is not None and each.letters != "AB":
            names.setdefault(each.letters, set()).add(name)
    return [
        (
            "person" if letters in PEOPLE else "thing",
            f"one, yet called {' and '.join(sorted(both))}",
        )
        for letters, both in names.items()
        if len(both) > 1
    ]


def _misdescribed(words: Words, scene: Scene) -> tuple[str, str] | None:
    """Looks or size that a thing does not have."""
    noun = name_of(words) if words.letters in THINGS else None
    thing = next((t for t in scene.cast.values() if isinstance(t, Thing) and t.noun == noun), None)
    if thing is None:
        return None
    said = set(words.text.lower().removesuffix(noun).split()) - {"a", "an", "the"}
    wrong = said - {thing.size, thing.look}
    if not wrong:
        return None
    return "description", f"the {noun} was {thing.look}, not {' '.join(sorted(wrong))}"
