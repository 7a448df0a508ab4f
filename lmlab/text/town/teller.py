"""What tellers of both languages share: who and what was mentioned, so that pronouns are clear."""

from __future__ import annotations

from typing import NamedTuple

from lmlab.text.town.kinds import Slot, Template
from lmlab.text.town.scenes import PEOPLE, THINGS
from lmlab.text.town.world import Entity, Person, Thing


class Mention(NamedTuple):
    """Where a participant (by letter) stands in a sentence; "" with form "[" opens a cause."""

    letters: str
    form: str
    start: int
    end: int


class Told(NamedTuple):
    """A sentence, its mentions, and the number of the phrase that it was made from."""

    text: str
    mentions: list[Mention]
    phrase: int


class Teller:
    """Fills templates with a cast. A language says what people, things and pairs are called."""

    def __init__(self, cast: dict[str, Entity], random):
        self.cast = cast
        self.random = random
        self.known: set[str] = set()
        self.before: set[str] = set()  # who and what the sentence before mentioned
        self.now: set[str] = set()

    def sentence(self, template: Template, phrase: int) -> Told:
        """The sentence that a template makes, and its mentions."""
        self.now = set()
        for part in template:
            if part.__class__ is Slot:
                self.known.update(letter for letter in part.letters if letter in PEOPLE)
        out: list[str] = []
        mentions: list[Mention] = []
        at = 0
        for part in template:
            if part.__class__ is Slot:
                text = self.fill(part.letters, part.form)
                mentions.append(Mention(part.letters, part.form, at, at + len(text)))
            else:
                text = part
            out.append(text)
            at += len(text)
        self.before = self.now
        return Told("".join(out), mentions, phrase)

    def fill(self, letters: str, form: str) -> str:
        """The text of one slot."""
        if letters == "AB":
            return self.both()
        if not letters:
            return ""
        entity = self.cast[letters]
        if letters in PEOPLE:
            return self.person(letters, entity, form)
        if letters in THINGS:
            return self.thing(letters, entity, form)
        return self.name(entity, form)

    def pronoun(self, letter: str, person: Person, form: str, share: float) -> bool:
        """Whether to say she or her: where it can mean nobody else, and then `share` of times."""
        if form == "o" and letter in self.now:
            return True
        clear = letter in self.before and letter not in self.now
        return clear and self.only(letter, person) and self.random() < share

    def only(self, letter: str, person: Person) -> bool:
        """Whether nobody else in the story so far shares this person's pronoun."""
        cast = self.cast
        return all(cast[other].female != person.female for other in self.known if other != letter)

    def they(self, share: float) -> bool:
        """Whether to say they: where A and B were just mentioned, and nobody else is about."""
        were_both = self.before.issuperset("AB") and "C" not in self.known
        self.now.update("AB")
        return were_both and self.random() < share

    def person(self, letter: str, person: Person, form: str) -> str:
        """What to call a person."""
        raise NotImplementedError

    def thing(self, letter: str, thing: Thing, form: str) -> str:
        """What to call a thing."""
        raise NotImplementedError

    def both(self) -> str:
        """What to call A and B together."""
        raise NotImplementedError

    def name(self, entity: Entity, form: str) -> str:
        """What to call a place, a spot, a number or a time."""
        raise NotImplementedError
