"""Draw scenes: a plot, a way through it, and a cast; and which split each scene belongs to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from math import prod
from random import Random

from lmlab.text.town import lexicon
from lmlab.text.town.kinds import kinds, templates
from lmlab.text.town.plots import ENDINGS, Variant
from lmlab.text.town.world import Entity, Event, Scene

PEOPLE, THINGS, PLACES = "ABC", "TUV", "PQ"  # the letters of a cast
SPLITS = ("train", "validation", "test", "holdout")
# Deeds that some people are never seen to do, but in the split "holdout".
DEEDS = """lose find return make give ruin trade find_owner offer refuse count hide spot break mend
cannot_mend lend promise take_away run_back wait ahead win turn_back share gift_back eat_alone
find_pet tell_where secret invite find_present break_borrowed confess forgive""".split()
BUCKETS = 20  # of 20 buckets of casts, 18 are for training, one validates, one tests


@dataclass(frozen=True, slots=True)
class Draft:
    """A drawn scene before anybody looks at it: a variant, its cast and the details told."""

    variant: Variant
    cast: dict[str, Entity]
    details: tuple[str, ...]

    def scene(self) -> Scene:
        """The scene, with its events spelled out."""
        events = tuple(
            Event(kind, detail, {k: self.cast[c] for k, c in zip(kinds()[kind].letters, letters)})  # noqa: B905
            for (kind, letters), detail in zip(self.variant.steps, self.details, strict=True)
        )
        return Scene(self.variant.plot, self.variant.ending, self.cast, events)


def held_out(name: int, deed: str) -> bool:
    """Whether the person with this number in `lexicon.NAMES` does this deed only in "holdout"."""
    return deed in DEEDS and (name * 7 + DEEDS.index(deed) * 5) % 11 == 0


def draw(rng: Random, split: str) -> Draft:
    """One scene of a split. Scenes of different splits are never the same."""
    random = rng.random
    ending = ENDINGS[int(random() * len(ENDINGS))]
    while True:
        variant = ending[int(random() * len(ending))]
        allowed, held = _actors(variant)
        if split == "holdout":
            if not held:
                ending = ENDINGS[int(random() * len(ENDINGS))]
                continue
            letter = rng.choice(sorted(held))
            allowed = {**allowed, letter: held[letter]}
        cast, bucket = _cast(variant, allowed, random)
        if split == "holdout" or _split(bucket) == split:
            break
    details = tuple(
        names[int(random() * len(names))] if len(names) > 1 else names[0]
        for names in _details(variant)
    )
    return Draft(variant, cast, details)


def _split(bucket: int) -> str:
    return {BUCKETS - 1: "test", BUCKETS - 2: "validation"}.get(bucket % BUCKETS, "train")


def _cast(variant: Variant, names: dict[str, list[int]], random) -> tuple[dict[str, Entity], int]:
    """Somebody or something for each letter, all different, and a number that stands for them."""
    cast: dict[str, Entity] = {}
    taken: set[str] = set()
    bucket = 0
    for letter, use in variant.cast:
        pool = _pool(letter, use, cast)
        while True:
            if letter in PEOPLE:
                number = names[letter][int(random() * len(names[letter]))]
            else:
                number = int(random() * len(pool))
            pick = pool[number]
            if isinstance(pick, list):
                pick = pick[int(random() * len(pick))]
            if pick.name not in taken:
                break
        taken.add(pick.name)
        bucket = bucket * 31 + number
        cast[letter] = pick
    return cast, bucket


def _pool(letter: str, use: str, cast: dict[str, Entity]) -> Sequence:
    """What a letter may stand for. A list inside stands for one name or noun in its variations."""
    if letter in PEOPLE:
        return lexicon.PEOPLE[use]
    if letter in THINGS:
        return lexicon.THINGS_BY_USE[use]
    if use.startswith("spot:"):
        return cast[use[-1]].spots
    if letter == "W":
        return lexicon.WEATHER
    return lexicon.NUMBERS if letter == "N" else lexicon.PLACES_BY_USE[use]


@cache
def _actors(variant: Variant) -> tuple[dict[str, list[int]], dict[str, list[int]]]:
    """For each person of a variant, the names that may play them, and those held out from it."""
    allowed, held = {}, {}
    for letter, _ in variant.cast:
        if letter not in PEOPLE:
            continue
        deeds = [deed for deed, actor in deeds_of(variant) if actor == letter]
        numbers = range(len(lexicon.NAMES))
        kept = [n for n in numbers if any(held_out(n, deed) for deed in deeds)]
        allowed[letter] = [n for n in numbers if n not in kept]
        if kept:
            held[letter] = kept
    return allowed, held


def deeds_of(variant: Variant) -> list[tuple[str, str]]:
    """The deeds of a variant, each with the letter of the person who does it."""
    deeds = []
    for kind, letters in variant.steps:
        meaning = kinds()[kind]
        for slot, letter in zip(meaning.letters, letters, strict=True):
            if kind in DEEDS and letter in PEOPLE and meaning.roles[slot] == "agent":
                deeds.append((kind, letter))
    return deeds


@cache
def _details(variant: Variant) -> tuple[tuple[str, ...], ...]:
    """For each step, the details that it may have."""
    return tuple(tuple(templates("english")[kind]) for kind, _ in variant.steps)


def scene_count() -> int:
    """How many different scenes there are, counted for the plainest way to each ending.

    Each letter of a cast multiplies by its choices; what another letter took is taken off.
    """
    return sum(_count(ways[0]) for ways in ENDINGS)


def _count(variant: Variant) -> int:
    used: list[str] = []
    factors = []
    for letter, use in variant.cast:
        if letter in PEOPLE:
            kinds_of_person = len(lexicon.PEOPLE[use][0])
            factors.append((len(lexicon.NAMES) - _same(letter, used, PEOPLE)) * kinds_of_person)
        elif letter in THINGS:
            nouns = len(lexicon.THINGS_BY_USE[use]) - _same(letter, used, THINGS)
            factors.append(nouns * min(map(len, lexicon.THINGS_BY_USE[use])))
        elif use.startswith("spot:"):
            factors.append(3 - _same(letter, used, "SR"))
        else:
            pool = _pool(letter, use, {})
            factors.append(len(pool) - _same(letter, used, "PQ"))
        used.append(letter)
    return prod(factors)


def _same(letter: str, used: list[str], sort: str) -> int:
    return sum(other in sort for other in used) if letter in sort else 0
