"""Check a story for sense: read it back and follow the world it tells of."""

from __future__ import annotations

from dataclasses import dataclass

from lmlab.text.town import lexicon
from lmlab.text.town.kinds import Kind, kinds
from lmlab.text.town.reader import Reading, Words, readings, sentences
from lmlab.text.town.scenes import PEOPLE, THINGS
from lmlab.text.town.scenes import PLACES as PLACE_LETTERS
from lmlab.text.town.state import World

FEMALE = {name: female for name, _, female in lexicon.NAMES}
NOUNS = {row.split("|")[0] for row in lexicon.THINGS.splitlines()}
PRONOUNS = ("she", "he", "her", "him", "his")


@dataclass(frozen=True)
class Violation:
    """A place where a story contradicts itself, or cannot be read.

    kind: "unreadable", "possession", "place", "state", "feeling", "promise", "deed", "speech",
        "person", "unknown person", "unknown thing", "introduced twice", "pronoun", "description".
    index: the sentence, counted from 0.
    """

    kind: str
    index: int
    sentence: str
    message: str


def check(story: str) -> list[Violation]:
    """Where an English story contradicts itself; an empty list if nowhere.

    Works on any text: an unfinished last sentence is passed over, and a sentence that no phrase
    of `english.toml` could have made is "unreadable". Chapters 00 and 05 score models with it.
    """
    memory = Memory()
    violations = []
    told = sentences(story)
    for index, sentence in enumerate(told):
        memory.world.sentence = index
        ways = readings(sentence)
        if not ways and index == len(told) - 1 and sentence.endswith('"'):
            continue  # speech: who said it was still to come
        if not ways:
            message = "no event of this world is told like this"
            violations.append(Violation("unreadable", index, sentence, message))
            continue
        tried = [memory.after(way) for way in ways]
        memory, objections = min(tried, key=lambda pair: len(pair[1]))
        violations += [Violation(kind, index, sentence, text) for kind, text in objections]
    return violations


class Memory:
    """What a reader keeps in mind: the world, and who and what was mentioned last."""

    def __init__(self):
        self.world = World()
        self.people: list[str] = []  # in the order in which they come in
        self.recent: list[str] = []  # the same, the last mentioned at the end
        self.things: list[str] = []

    def after(self, reading: Reading) -> tuple[Memory, list[tuple[str, str]]]:
        """The memory after a sentence, and what in the sentence contradicts it."""
        memory = Memory()
        memory.world = self.world.copy()
        memory.people = self.people[:]
        memory.recent, memory.things = self.recent[:], self.things[:]
        return memory, memory.take_in(reading)

    def take_in(self, reading: Reading) -> list[tuple[str, str]]:
        """Understand who is meant, compare with what is known, and believe the sentence."""
        kind = kinds()[reading.kind]
        objections: list[tuple[str, str]] = []
        bound = self.bind(kind, reading, objections)
        people = [name for letter, name in bound.items() if letter in PEOPLE]
        for name in {name for name in people if people.count(name) > 1}:
            objections.append(("person", f"{name} cannot be two people at once"))
        objections += self.strangers(kind, reading, bound)
        for need in kind.needs:
            objections += self.apply(self.world.need, need, bound)
        for fact in kind.then:
            objections += self.apply(self.world.make, fact, bound)
        self.describe(reading, bound, objections)
        for letter, name in bound.items():
            self.remember(letter, name)
        return objections

    def remember(self, letter: str, name: str) -> None:
        """Somebody or something was mentioned."""
        if letter in PEOPLE and name not in self.people:
            self.people.append(name)
        if letter in PEOPLE + THINGS:
            memory = self.recent if letter in PEOPLE else self.things
            memory[:] = [other for other in memory if other != name] + [name]

    def bind(self, kind: Kind, reading: Reading, objections: list) -> dict[str, str]:
        """Which name, noun, place or spot each letter of the event stands for."""
        bound: dict[str, str] = {}
        for words in reading.words:
            if (name := name_of(words)) is not None:
                if bound.setdefault(words.letters, name) != name:
                    objections.append(("place", f"both {bound[words.letters]} and {name}"))
            if words.letters == "AB" and " and " in words.text:
                bound["A"], bound["B"] = words.text.split(" and ")
        bound.pop("AB", None)
        self.pronouns(reading, bound, objections)
        self.guess(kind, bound)
        return bound

    def guess(self, kind: Kind, bound: dict[str, str]) -> None:
        """Who and what an event needs but the sentence does not name: A is the main person."""
        for letter in kind.letters:
            if letter in bound:
                continue
            if letter in PEOPLE:
                others = [name for name in self.people if name not in bound.values()]
                if others:
                    bound[letter] = others[0] if letter == "A" else others[-1]
            elif letter in THINGS and len(self.things) == 1:
                bound[letter] = self.things[0]

    def pronouns(self, reading: Reading, bound: dict[str, str], objections: list) -> None:
        """Let each she, he, they and it stand for somebody or something."""
        for words in reading.words:
            text = words.text.lower()
            if words.letters == "AB" and text == "they":
                if len(self.recent) < 2:
                    objections.append(("pronoun", "it is not clear who they are"))
                both = [name for name in self.people if name in self.recent[-2:]]
                bound.update(zip("AB", both, strict=False))
            elif words.letters in THINGS and text == "it":
                if words.letters not in bound and self.things:
                    bound[words.letters] = self.things[-1]
            elif words.letters in PEOPLE and text in PRONOUNS:
                female = text in ("she", "her")
                if words.letters not in bound:
                    self.resolve(words.letters, female, bound)
                name = bound.get(words.letters)
                if name is None:
                    objections.append(("pronoun", f'nobody is there that "{text}" could mean'))
                elif FEMALE.get(name, female) != female:
                    objections.append(("pronoun", f'{name} cannot be meant by "{text}"'))
            if words.form == "intro" and words.text[:4].lower() in ("her ", "his "):
                self.owner(words, bound, objections)

    def resolve(self, letter: str, female: bool, bound: dict[str, str]) -> None:
        """The person last mentioned whom a pronoun can mean, and who is not named beside it."""
        for name in reversed(self.recent):
            if FEMALE.get(name) == female and name not in bound.values():
                bound[letter] = name
                return

    def owner(self, words: Words, bound: dict[str, str], objections: list) -> None:
        """Whose friend a newcomer is: the person the story is about."""
        female = words.text[:3].lower() == "her"
        main = bound.get("A") or (self.recent[0] if self.recent else None)
        if main is not None and FEMALE.get(main, female) != female:
            word = words.text[:3].lower()
            objections.append(("pronoun", f'{main} cannot be meant by "{word}"'))

    def strangers(self, kind: Kind, reading: Reading, bound: dict[str, str]):
        """People and things spoken of as known that nobody has introduced."""
        new = {fact[0] for fact in kind.then if fact[1] == "new"}
        loose = {w.letters for w in reading.words} - {
            w.letters for w in reading.words if w.form != "g"
        }
        for letter, name in bound.items():
            if letter in new | loose or self.world.known(name):
                continue
            if letter in PEOPLE:
                yield "unknown person", f"nobody has told who {name} is"
                self.world.put(True, "new", name)
            elif letter in THINGS:
                yield "unknown thing", f"no {name} has been spoken of"
                self.world.put(True, "new", name)

    def apply(self, act, fact: tuple[str, ...], bound: dict[str, str]):
        """Ask for a fact, or make it true, if it is known whom and what it is about."""
        subject, relation, *objects = fact
        if objects and relation == "at" and objects[0] not in bound and subject in bound:
            here = self.world.get("at", bound[subject])
            if here is not None:
                bound[objects[0]] = here
        if relation == "owes" and objects[0] not in bound and subject in bound:
            owed = self.world.get("owes", bound[subject])
            if owed is not None:
                bound[objects[0]] = owed
        names = [bound.get(x, None if len(x) == 1 and x.isupper() else x) for x in fact]
        if None in names:
            return []
        objection = act(*names)
        return [objection] if objection else []

    def describe(self, reading: Reading, bound: dict[str, str], objections: list) -> None:
        """Hold the looks of a thing against what was said of it before."""
        for words in reading.words:
            if words.letters not in THINGS or words.form not in ("a", "d", ""):
                continue
            noun = bound.get(words.letters)
            looks = set(words.text.lower().removesuffix(noun or "").split()) - {"a", "an", "the"}
            if words.text.lower() == "it" or not looks:
                continue
            if words.form == "a":
                self.world.put(frozenset(looks), "looks", noun)
                continue
            said = self.world.get("looks", noun)
            if said is not None and not looks <= said:
                text = f"the {noun} was {' and '.join(sorted(said))}"
                where = self.world.where_said("looks", noun)
                objections.append(("description", f"{text}{where}, not {' '.join(looks)}"))


def name_of(words: Words) -> str | None:
    """The name, noun, place or spot that the words give, or None for a pronoun or other word."""
    text = words.text
    if words.letters in PEOPLE:
        named = words.form in ("n", "intro", "", "o") and text.lower() not in PRONOUNS
        return text.split()[-1] if named else None
    if words.letters in THINGS:
        if words.form == "made" or text.lower() == "it":
            return None
        return max((noun for noun in NOUNS if text.endswith(noun)), key=len)
    if words.letters in PLACE_LETTERS:
        return text.lower().rpartition("the ")[2]
    return text.lower() if words.letters in ("S", "R") else None
