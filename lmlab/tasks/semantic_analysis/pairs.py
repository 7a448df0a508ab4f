"""Two sentences that tell the same, or contradict each other: which? Built in chapter 6.4.

Both are made from one event of a story. They are told in different ways, so that only what is told
can decide. In a contradiction the two people change places, or another thing takes part.
"""

from collections.abc import Iterator, Sequence
from itertools import islice
from random import Random

from lmlab.models import TokenTagger
from lmlab.tasks import metrics
from lmlab.tasks.example import Example
from lmlab.tasks.semantic_analysis.labelling import label_roles
from lmlab.tasks.semantic_analysis.sentences import PRONOUNS, Part
from lmlab.tasks.semantic_analysis.words import Vectors
from lmlab.tasks.task import Predict, Task, town_stories
from lmlab.text.tokenizer import Tokenizer
from lmlab.text.town.english import EnglishTeller
from lmlab.text.town.kinds import Slot, kinds, templates
from lmlab.text.town.lexicon import THINGS_BY_USE
from lmlab.text.town.world import Entity, Event, Thing

SentencePair = tuple[str, str]

SAME, CONTRADICTION = "same", "contradiction"
OTHER_PEOPLE, OTHER_THING = "other people", "other thing"
_CHANGES = (SAME, SAME, OTHER_PEOPLE, OTHER_THING)
PEOPLE = ("agent", "experiencer", "recipient", "patient", "beneficiary")
"""Roles that people play."""


def meaning_pairs(split: str, n: int) -> list[Example]:
    """n pairs, each from another story of a split, the same each time."""
    return list(islice(_pairs(split, n), n))


MEANING = Task(
    "same or contradiction",
    meaning_pairs,
    {"accuracy": metrics.accuracy(), "macro F1": metrics.macro_f1((SAME, CONTRADICTION))},
)


def by_roles(labeller: TokenTagger, tokenizer: Tokenizer) -> Predict:
    """Let a labeller of roles read both: `contradict` decides."""

    def roles(pairs: Sequence[SentencePair]) -> list[str]:
        read = label_roles(labeller, tokenizer, [sentence for pair in pairs for sentence in pair])
        parts = [each.parts for each in read]
        both = zip(parts[::2], parts[1::2], strict=True)
        return [CONTRADICTION if contradict(*each) else SAME for each in both]

    return roles


def contradict(first: Sequence[Part], second: Sequence[Part]) -> bool:
    """Whether a role that both fill is played by others.

    The last word of a part stands for it: "kite" for "a small red kite". Pronouns are passed over.
    """
    one, other = _players(first), _players(second)
    shared = (one.keys() & other.keys()) - {"action", "cause"}
    return any(one[role].isdisjoint(other[role]) for role in shared)


def by_similarity(vectors: Vectors, examples: Sequence[Example], name: str) -> Predict:
    """Say "same" where the cosine of two sentences is above the threshold best for `examples`.

    Those must not be the pairs that it is scored on.
    """
    cosines = similarities(vectors, [example.input for example in examples])
    threshold = best_threshold(cosines, [example.wanted == SAME for example in examples])

    def predict(pairs: Sequence[SentencePair]) -> list[str]:
        return [SAME if x > threshold else CONTRADICTION for x in similarities(vectors, pairs)]

    predict.__name__ = name
    return predict


def similarities(vectors: Vectors, pairs: Sequence[SentencePair]) -> list[float]:
    """The cosine of each pair."""
    one, other = (vectors(list(side)) for side in zip(*pairs, strict=True))
    return (one * other).sum(dim=-1).tolist()


def best_threshold(similarity: Sequence[float], same: Sequence[bool]) -> float:
    """The threshold with the most right answers when cosines above it are called the same."""
    tried = [-1.0, *similarity]
    right = [sum((x > t) == y for x, y in zip(similarity, same, strict=True)) for t in tried]
    return float(tried[max(range(len(tried)), key=right.__getitem__)])


def _players(parts: Sequence[Part]) -> dict[str, set[str]]:
    """For each role the last words of its parts, without pronouns."""
    found: dict[str, set[str]] = {}
    for part in parts:
        word = part.text.split()[-1].lower()
        if word not in PRONOUNS:
            found.setdefault(part.role, set()).add(word)
    return found


def _pairs(split: str, n: int) -> Iterator[Example]:
    """A pair of each of the stories that have an event for one; most have."""
    for story in town_stories(split, 10 * n):
        rng = Random(story.number)
        events = [event for event in story.scene.events if _two_people(event)]
        example = _pair(rng.choice(events), rng) if events else None
        if example:
            yield example


def _two_people(event: Event) -> bool:
    """Whether two people take part, each in a role of its own."""
    roles = {kinds()[event.kind].roles.get(letter) for letter in "AB"}
    return len(roles) == 2 and roles <= set(PEOPLE)


def _pair(event: Event, rng: Random) -> Example | None:
    """Two ways to tell an event, or one of it and one of what contradicts it."""
    change = rng.choice([each for each in _CHANGES if each != OTHER_THING or "T" in event.args])
    told = _tellings(event, event.args, change, rng)
    changed = _tellings(event, _changed(event.args, change, rng), change, rng)
    ways = [(one, other) for one in told for other in changed if one != other]
    if not ways:
        return None
    one, other = rng.choice(ways)
    label = SAME if change == SAME else CONTRADICTION
    return Example((told[one], changed[other]), label, change)


def _changed(cast: dict[str, Entity], change: str, rng: Random) -> dict[str, Entity]:
    if change == OTHER_PEOPLE:
        return {**cast, "A": cast["B"], "B": cast["A"]}
    if change == OTHER_THING:
        return {**cast, "T": rng.choice(_like(cast["T"]))}
    return cast


def _like(thing: Thing) -> list[Thing]:
    """Other things that may be used as this one is."""
    classes = [[each for looks in use for each in looks] for use in THINGS_BY_USE.values()]
    fitting = next(use for use in classes if any(each.noun == thing.noun for each in use))
    return [each for each in fitting if each.noun != thing.noun]


def _tellings(event: Event, cast: dict[str, Entity], change: str, rng: Random) -> dict[int, str]:
    """By the number of the phrase, the sentences that name everybody who counts."""
    names = [cast[letter].name for letter in ("ABT" if change == OTHER_THING else "AB")]
    told = {}
    for template, phrase in templates("english")[event.kind][event.detail]:
        introduces = any(isinstance(part, Slot) and part.form == "intro" for part in template)
        sentence = "" if introduces else EnglishTeller(cast, rng.random).sentence(template, 0).text
        if all(name in sentence for name in names):
            told[phrase] = sentence
    return told
