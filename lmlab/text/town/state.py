"""The state of the world while a story goes on: who is where, who has what, what is true.

Facts are those of `events.toml`. `World.need` says what speaks against a fact; `World.make` makes
it true. Names, nouns and places are plain strings here, so that a reader can use it as well.
"""

from __future__ import annotations

from lmlab.text.town.lexicon import ALL_PLACES

PLACES = {place.name: place for place in ALL_PLACES}
Objection = tuple[str, str]  # the kind of contradiction, and what contradicts what


def inside(place: str) -> str:
    """In the park, at the market."""
    return PLACES[place].english["in"]


class World:
    """What holds at one moment of a story. `told` remembers in which sentence it was said."""

    def __init__(self):
        self.facts: dict[tuple, object] = {}
        self.told: dict[tuple, int] = {}
        self.sentence = 0

    def copy(self) -> World:
        """An independent copy, to try a reading on."""
        other = World()
        other.facts, other.told = self.facts.copy(), self.told.copy()
        other.sentence = self.sentence
        return other

    def get(self, *key: object) -> object | None:
        """The value of a fact such as ("at", "Mia"), or None where nothing was said."""
        return self.facts.get(key)

    def put(self, value: object, *key: object) -> None:
        """Let a fact have a value from this sentence on."""
        self.facts[key] = value
        self.told[key] = self.sentence

    def where_said(self, *key: object) -> str:
        """The sentence that said so, counted from one: " (sentence 3)"."""
        return f" (sentence {self.told[key] + 1})" if key in self.told else ""

    def need(self, subject: str, relation: str, *object_: str) -> Objection | None:
        """What contradicts this fact, or None. What was never said is taken to be true."""
        return getattr(self, f"_need_{relation}")(subject, *object_)

    def make(self, subject: str, relation: str, *object_: str) -> Objection | None:
        """Make a fact true. The objection, if any, is that something is introduced twice."""
        return getattr(self, f"_make_{relation}")(subject, *object_)

    # ---- introductions

    def known(self, name: str) -> bool:
        """Whether somebody or something has been introduced."""
        return ("new", name) in self.facts

    def _make_new(self, name: str) -> Objection | None:
        twice = self.known(name)
        message = f"{name} is introduced again{self.where_said('new', name)}"
        self.put(True, "new", name)
        return ("introduced twice", message) if twice else None

    # ---- places

    def _need_at(self, person: str, place: str) -> Objection | None:
        here = self.get("at", person)
        if here is None:
            self.put(place, "at", person)
        if here in (None, place):
            return None
        said = self.where_said("at", person)
        return "place", f"{person} is {inside(here)}{said}, not {inside(place)}"

    def _need_away(self, person: str, place: str) -> Objection | None:
        if self.get("at", person) != place:
            return None
        return "place", f"{person} is {inside(place)} already{self.where_said('at', person)}"

    def _make_at(self, person: str, place: str) -> None:
        self.put(place, "at", person)
        self.facts.pop(("behind", person), None)

    def _need_with(self, one: str, other: str) -> Objection | None:
        here, there = self.get("at", one), self.get("at", other)
        if here is None or there is None or here == there:
            return None
        said = self.where_said("at", one), self.where_said("at", other)
        return "place", (
            f"{one} is {inside(here)}{said[0]}, but {other} is {inside(there)}{said[1]}"
        )

    def _need_without(self, one: str, other: str) -> Objection | None:
        here = self.get("at", one)
        if here is None or here != self.get("at", other):
            return None
        return "place", f"{other} is {inside(here)} with {one}{self.where_said('at', other)}"

    # ---- things

    def whereabouts(self, thing: str) -> str:
        """Who has a thing, or where it lies, in words."""
        holder, place = self.get("holds", thing), self.get("lies", thing)
        if holder:
            return f"{holder} has it{self.where_said('holds', thing)}"
        if place:
            return f"it is {inside(place)}{self.where_said('lies', thing)}"
        return "nobody has it"

    def _need_holds(self, person: str, thing: str) -> Objection | None:
        if self.get("holds", thing) == person:
            return None
        return "possession", f"{person} does not have the {thing}: {self.whereabouts(thing)}"

    def _need_lacks(self, person: str, thing: str) -> Objection | None:
        if self.get("holds", thing) != person:
            return None
        return "possession", f"{person} has the {thing}{self.where_said('holds', thing)}"

    def _make_holds(self, person: str, thing: str) -> None:
        self.put(person, "holds", thing)
        self.put(None, "lies", thing)

    def _need_lies(self, thing: str, place: str) -> Objection | None:
        if self.get("lies", thing) == place:
            return None
        return "place", f"the {thing} is not {inside(place)}: {self.whereabouts(thing)}"

    def _make_lies(self, thing: str, place: str) -> None:
        self.put(None, "holds", thing)
        self.put(place, "lies", thing)

    def _need_is(self, subject: str, state: str) -> Objection | None:
        now = self.get("is", subject) or ("well" if state == "hurt" else "whole")
        if now == state:
            return None
        who = subject if subject[0].isupper() else f"the {subject}"
        return "state", f"{who} is {now}, not {state}{self.where_said('is', subject)}"

    def _make_is(self, subject: str, state: str) -> None:
        self.put(state, "is", subject)
        if state == "gone":
            self.put(None, "holds", subject)

    # ---- spots

    def _need_open(self, thing: str, spot: str) -> Objection | None:
        if self.get("not_at", thing, spot):
            said = self.where_said("not_at", thing, spot)
            return "place", f"the {thing} was not {spot} when they looked{said}"
        return self._spot_in(self.get("lies", thing), spot)

    def _spot_in(self, place: str | None, spot: str) -> Objection | None:
        if place is None or spot in (s.name for s in PLACES[place].spots):
            return None
        return "place", f"there is nothing to be {spot} {inside(place)}"

    def _make_not_at(self, subject: str, spot: str) -> None:
        self.put(True, "not_at", subject, spot)

    def _need_near(self, person: str, spot: str) -> Objection | None:
        return self._spot_in(self.get("at", person), spot)

    def _make_behind(self, person: str, spot: str) -> None:
        self.put(spot, "behind", person)

    def _need_behind(self, person: str, spot: str) -> Objection | None:
        hidden = self.get("behind", person)
        if hidden == spot:
            return None
        message = f"is {hidden}{self.where_said('behind', person)}" if hidden else "did not hide"
        return "place", f"{person} {message}, not {spot}" if hidden else f"{person} {message}"

    def _need_not_behind(self, person: str, spot: str) -> Objection | None:
        if self.get("behind", person) != spot:
            return self._spot_in(self.get("at", person), spot)
        return "place", f"{person} is {spot}{self.where_said('behind', person)}"

    # ---- moods, words and deeds

    def _need_feels(self, person: str, mood: str) -> Objection | None:
        now = self.get("feels", person)
        if now == mood:
            return None
        return "feeling", f"{person} is {now or 'not'}, not {mood}" if now else (
            f"nothing says that {person} is {mood}"
        )

    def _make_feels(self, person: str, mood: str) -> None:
        self.put(mood, "feels", person)

    def _need_wishes(self, person: str, thing: str) -> Objection | None:
        wished = self.get("wishes", person)
        if wished in (None, thing):
            return None
        said = self.where_said("wishes", person)
        return "possession", f"{person} wanted the {wished}{said}, not the {thing}"

    def _make_wishes(self, person: str, thing: str) -> None:
        self.put(thing, "wishes", person)

    def _need_owes(self, person: str, thing: str) -> Objection | None:
        if self.get("owes", person) == thing:
            return None
        return "promise", f"{person} has not promised to bring the {thing} back"

    def _make_owes(self, person: str, thing: str) -> None:
        self.put(thing, "owes", person)

    def _need_doing(self, person: str, deed: str) -> Objection | None:
        if self.get("doing", person) == deed:
            return None
        return "deed", f"{person} is not in a {deed}"

    def _make_doing(self, person: str, deed: str) -> None:
        self.put(deed, "doing", person)

    def _need_heads(self, person: str, place: str) -> Objection | None:
        goal = self.get("heads", person)
        if goal in (None, place):
            return None
        said = self.where_said("heads", person)
        return "place", f"{person} was running to the {goal}{said}, not to the {place}"

    def _make_heads(self, person: str, place: str) -> None:
        self.put(place, "heads", person)

    def _need_leads(self, one: str, other: str) -> Objection | None:
        if self.get("leads", one) == other:
            return None
        return "deed", f"{one} is not ahead of {other}"

    def _make_leads(self, one: str, other: str) -> None:
        self.put(other, "leads", one)

    def _need_won(self, person: str) -> Objection | None:
        return None if self.get("won", person) else ("deed", f"{person} has not won")

    def _make_won(self, one: str, other: str) -> None:
        self.put(other, "won", one)

    def _need_confessed(self, one: str, other: str) -> Objection | None:
        if self.get("confessed", one) == other:
            return None
        return "speech", f"{one} has not told {other} the truth"

    def _make_confessed(self, one: str, other: str) -> None:
        self.put(other, "confessed", one)

    def _need_has_birthday(self, person: str) -> Objection | None:
        if self.get("birthday", person):
            return None
        return "deed", f"it is not the birthday of {person}"

    def _make_has_birthday(self, person: str) -> None:
        self.put(True, "birthday", person)
