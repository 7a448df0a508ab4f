"""Tell a scene in Chinese, sentence for sentence beside its English."""

from __future__ import annotations

from random import Random

from lmlab.text.town.english import ways
from lmlab.text.town.scenes import Draft
from lmlab.text.town.teller import Teller, Told
from lmlab.text.town.world import Entity, Person, Place, Thing

CHILD = ("女孩", "男孩")


def tell_sentences(draft: Draft, english: list[Told], rng: Random) -> list[Told]:
    """One Chinese sentence for each English one: a translation of the same phrase."""
    teller = ChineseTeller(draft.cast, rng.random)
    told = []
    steps = zip(draft.variant.steps, draft.details, english, strict=True)
    for (kind, letters), detail, original in steps:
        choices = ways(kind, letters, "chinese")[detail]
        template = rng.choice([way for way, phrase in choices if phrase == original.phrase])
        told.append(teller.sentence(template, original.phrase))
    return told


class ChineseTeller(Teller):
    """Says 她, 风筝, 那只风筝, 长椅下面."""

    def person(self, letter: str, person: Person, form: str) -> str:
        """A name or 他/她."""
        if form == "sub" or (form in ("", "o") and self.pronoun(letter, person, form, 0.6)):
            if form != "sub":
                self.now.add(letter)
            return "她" if person.female else "他"
        self.now.add(letter)
        return person_form(person, form, self.cast["A"])

    def thing(self, letter: str, thing: Thing, form: str) -> str:
        """A thing, bare, counted or with its looks."""
        self.now.add(letter)
        return thing_form(thing, form)

    def both(self) -> str:
        """Two people at once."""
        people = self.cast["A"], self.cast["B"]
        if self.they(0.6):
            return "她们" if all(person.female for person in people) else "他们"
        return "和".join(person.chinese for person in people)

    def name(self, entity: Entity, form: str) -> str:
        """A place (inside it: 公园里), a spot, a number or a time."""
        if isinstance(entity, Place) and form == "in":
            return entity.chinese_inside
        return entity.chinese


def person_form(person: Person, form: str, main: Person) -> str:
    """A person by name, by role, or as a newcomer."""
    role = person.role_chinese
    one = "一个" if role.endswith(CHILD) else "一位"
    if form == "intro" and person.relation:
        relation = person.relation_chinese
        of = "" if relation.startswith("最") else "的"
        return f"{'她' if main.female else '他'}{of}{relation}{person.chinese}"
    if form == "bare":
        return (role or person.relation_chinese) + person.chinese
    if form in ("intro", "one"):
        return f"{one}名叫{person.chinese}的{role.replace('的', '')}"
    return {"role": role, "kind": one + role}.get(form, person.chinese)


def thing_form(thing: Thing, form: str) -> str:
    """A thing: 风筝, 那只风筝, 一只风筝, 一只红色的小风筝; or how it is made."""
    size = "" if thing.chinese.startswith(thing.size_chinese) else thing.size_chinese
    looks = [thing.look_chinese, size]
    if not thing.look_chinese.endswith(("的", "色")):
        looks.reverse()
    full = "".join(looks) + thing.chinese
    return {
        "": thing.chinese,
        "m": f"那{thing.measure}{thing.chinese}",
        "g": f"一{thing.measure}{thing.chinese}",
        "a": f"一{thing.measure}{full}",
        "made": thing.made_chinese,
    }[form]
