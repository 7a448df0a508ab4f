"""Tell a scene in English: pick a template for each event and fill it."""

from __future__ import annotations

from functools import cache
from random import Random

from lmlab.text.town.kinds import Slot, Template, kinds, templates
from lmlab.text.town.scenes import THINGS, Draft
from lmlab.text.town.teller import Teller, Told
from lmlab.text.town.world import Entity, Person, Thing


def tell(draft: Draft, rng: Random) -> str:
    """The English story of a drafted scene, as one paragraph."""
    return " ".join([told.text for told in tell_sentences(draft, rng)])


def tell_sentences(draft: Draft, rng: Random) -> list[Told]:
    """The sentences of the story, one for each event."""
    random = rng.random
    teller = EnglishTeller(draft.cast, random)
    told = []
    for (kind, letters), detail in zip(draft.variant.steps, draft.details, strict=True):
        choices = ways(kind, letters)[detail]
        template, phrase = choices[int(random() * len(choices))]
        told.append(teller.sentence(template, phrase))
    return told


@cache
def ways(
    kind: str, letters: str, language: str = "english"
) -> dict[str, list[tuple[Template, int]]]:
    """For each detail of a kind, its templates in the letters of the cast, and their phrases."""
    rename = str.maketrans(kinds()[kind].letters, letters)
    return {
        detail: [(_renamed(template, rename), number) for template, number in group]
        for detail, group in templates(language)[kind].items()
    }


def _renamed(template: Template, rename: dict[int, int]) -> Template:
    return tuple(
        Slot(part.letters.translate(rename), part.form) if isinstance(part, Slot) else part
        for part in template
    )


class EnglishTeller(Teller):
    """Says she, the red kite, it, under a bench."""

    def sentence(self, template: Template, phrase: int) -> Told:
        """The sentence that a template makes, with a capital."""
        text, mentions, phrase = super().sentence(template, phrase)
        return Told(text[0].upper() + text[1:], mentions, phrase)

    def person(self, letter: str, person: Person, form: str) -> str:
        """A name or a pronoun."""
        if form == "intro":
            self.now.add(letter)
            return introduction(person, self.cast["A"])
        if form in ("", "o"):
            if self.pronoun(letter, person, form, 0.65):
                self.now.add(letter)
                return person.english["obj" if form == "o" else "sub"]
            form = "n"
        if form == "n":
            self.now.add(letter)
        return person.english[form]

    def thing(self, letter: str, thing: Thing, form: str) -> str:
        """A thing with or without its looks, or "it" if it was the last thing mentioned."""
        before = self.before
        self.now.add(letter)
        if form == "":
            alone = letter in before and not any(o in before for o in THINGS if o != letter)
            if alone and self.random() < 0.5:
                return "it"
            form = "d"
        if form == "d" and self.random() < 0.25:
            form = "long"
        return thing.english[form]

    def both(self) -> str:
        """Two people at once."""
        if self.they(0.65):
            return "they"
        return f"{self.cast['A'].name} and {self.cast['B'].name}"

    def name(self, entity: Entity, form: str) -> str:
        """A place, a spot, a number or a time."""
        return entity.english[form]


def introduction(person: Person, main: Person) -> str:
    """How a newcomer is introduced: "her friend Tom", "a baker called Rosa"."""
    if person.relation:
        return f"{main.english['p']} {person.relation} {person.name}"
    return f"{person.role} called {person.name}"
