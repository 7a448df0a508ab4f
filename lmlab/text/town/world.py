"""The world of `town`: people, places and things, events, and the state that events change."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property


@dataclass(frozen=True)
class Person:
    """Somebody in a story: with a `role`, or with a `relation` ("friend") to the main person."""

    name: str
    chinese: str
    female: bool
    role: str = ""
    role_chinese: str = ""
    relation: str = ""
    relation_chinese: str = ""

    @cached_property
    def english(self) -> dict[str, str]:
        """The fixed English forms of this person, by the letter that templates use."""
        sub, obj, pos = ("she", "her", "her") if self.female else ("he", "him", "his")
        return {"n": self.name, "sub": sub, "obj": obj, "p": pos, "role": self.role}


@dataclass(frozen=True)
class Place:
    """Somewhere to be, with the spots in it where things and people may be hidden."""

    name: str
    preposition: str
    chinese: str
    chinese_inside: str
    outdoors: bool
    spots: tuple[Spot, ...]

    @cached_property
    def english(self) -> dict[str, str]:
        """The fixed English forms of this place."""
        return {"": f"the {self.name}", "in": f"{self.preposition} the {self.name}"}


@dataclass(frozen=True)
class Spot:
    """A corner of a place: under a bench, behind the door."""

    name: str
    chinese: str

    @cached_property
    def english(self) -> dict[str, str]:
        """The one English form of this spot."""
        return {"": self.name}


@dataclass(frozen=True)
class Thing:
    """Something to hold. Its noun is its name in a story; `size` may be empty."""

    noun: str
    size: str
    look: str
    made: str
    chinese: str
    measure: str
    size_chinese: str
    look_chinese: str
    made_chinese: str

    @property
    def name(self) -> str:
        """What a story calls it: its noun."""
        return self.noun

    @cached_property
    def english(self) -> dict[str, str]:
        """The fixed English forms of this thing."""
        words = " ".join(word for word in (self.size, self.look, self.noun) if word)
        return {
            "a": with_article(words),
            "g": with_article(self.noun),
            "n": self.noun,
            "d": f"the {self.noun}",
            "long": f"the {self.look} {self.noun}",
            "made": self.made,
        }


@dataclass(frozen=True)
class Phrase:
    """A number or a time of day with its weather."""

    name: str
    chinese: str

    @cached_property
    def english(self) -> dict[str, str]:
        """The one English form of this phrase."""
        return {"": self.name}


Entity = Person | Place | Spot | Thing | Phrase


@dataclass(frozen=True)
class Event:
    """Something that happens: a kind of `events.toml` and who or what takes part, by letter."""

    kind: str
    detail: str
    args: dict[str, Entity]


@dataclass(frozen=True)
class Scene:
    """A little plot with its cast. It is the ground truth of everything told about it."""

    plot: str
    ending: str
    cast: dict[str, Entity]
    events: tuple[Event, ...] = field(repr=False)

    @property
    def main(self) -> Person:
        """The person the story is about."""
        return self.cast["A"]


def with_article(words: str) -> str:
    """`words` after "a" or "an"."""
    return ("an " if words[0] in "aeiou" else "a ") + words
