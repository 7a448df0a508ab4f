"""How the main person of a town story feels in the end, as a task. Built in chapter 6.5."""

import re
from random import Random

from lmlab.tasks import metrics
from lmlab.tasks.example import Example
from lmlab.tasks.task import Task, town_stories
from lmlab.text import town

LABELS = ("negative", "neutral", "positive")

TURNED = (
    "{A} had been {other}, but was {said} now.",
    "{A} was not {other} any more, but {said}.",
    "{A} should have been {other}, but was {said}.",
    "{A} was {said}, and not {other} at all.",
)
TWO_PEOPLE = (
    "That evening {A} had a {said} face, and {B} had a {other} face.",
    "Of the two, {A} was the {said} one and {B} was the {other} one.",
    "It was a {other} walk home for {B}, and a {said} walk home for {A}.",
    "In the end {B} had a {other} evening, but {A} had a {said} evening.",
)
"""What may be added to a story: {A} is its main person, {B} somebody else. With the feelings
exchanged, a sentence has the same words, in the second group even the same pairs of words, and says
the opposite."""

FEELINGS = {"positive": ("happy", "glad"), "negative": ("sad", "unhappy")}
LOOKS = {"positive": ("happy", "merry"), "negative": ("sad", "gloomy")}

_FELT = (
    r"\b(happy|glad|proud|joy|calm|calmly|quiet|"
    r"sad|unhappy|angry|afraid|lonely|ashamed|disappointed|sorry)\b"
)
_NEGATED = r"\b(not|never|neither|nor|nobody|nothing|no)\b"


def town_endings(split: str, n: int) -> list[Example]:
    """n stories of a split, each with how its main person feels in the end; the same each time.

    Every other story ends as the town tells it, and the feeling is plain, negated or unsaid in its
    last sentence. To the others a sentence is added that says, at random, how the main person feels
    after all: by a feeling that has turned, or beside that of another person.
    """
    return [
        _as_told(story) if story.number % 2 else _with_a_turn(story)
        for story in town_stories(split, n)
    ]


SENTIMENT = Task(
    "sentiment",
    town_endings,
    {"accuracy": metrics.accuracy(), "ECE": metrics.calibration_error()},
)


def last_sentence(text: str) -> str:
    """What follows the last end of a sentence but one."""
    return re.split(r'(?<=[.!?])"? (?=["A-Z])', text.strip())[-1]


def _as_told(story: town.Story) -> Example:
    end = last_sentence(story.english)
    kind = "unsaid" if not re.search(_FELT, end) else "plain"
    if re.search(_NEGATED, end) and kind == "plain":
        kind = "negated"
    return Example(story.english, story.sentiment, kind)


def _with_a_turn(story: town.Story) -> Example:
    rng = Random(f"ending {story.number}")  # the number alone has drawn the plot: no hints at that
    label, opposite = rng.sample(sorted(FEELINGS), 2)
    kind, sentences, words = rng.choice(
        [("turned", TURNED, FEELINGS), ("two people", TWO_PEOPLE, LOOKS)]
    )
    sentence = rng.choice(sentences).format(
        A=story.scene.main.name,
        B=_somebody_else(story, rng),
        said=rng.choice(words[label]),
        other=rng.choice(words[opposite]),
    )
    return Example(f"{story.english} {sentence}", label, kind)


def _somebody_else(story: town.Story, rng: Random) -> str:
    """The name of a person of the story who is not its main one; there is always one."""
    cast = story.scene.cast
    return rng.choice([person.name for letter, person in cast.items() if letter in "BC"])
