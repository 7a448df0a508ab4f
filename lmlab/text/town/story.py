"""Stories: a scene told in two languages, with everything that can be asked about it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from random import Random

from lmlab.text.town import chinese, english, links, questions, roles
from lmlab.text.town.kinds import kinds, parse, table
from lmlab.text.town.scenes import SPLITS, Draft, draw
from lmlab.text.town.state import World
from lmlab.text.town.teller import Told
from lmlab.text.town.world import Scene

SENTIMENT = {"happy": "positive", "sad": "negative", "angry": "negative", "afraid": "negative"}


class Story:
    """One scene and all that is told of it, each layer made when first asked for.

    `split` and `number` decide everything about a story. Chapters 02 and 06 are built on it.
    """

    def __init__(self, split: str, number: int):
        self.split = split
        self.number = number

    def __repr__(self) -> str:
        return f"Story({self.split!r}, {self.number})"

    @cached_property
    def _drawn(self) -> tuple[Draft, list[Told]]:
        rng = Random(self.number)
        draft = draw(rng, self.split)
        return draft, english.tell_sentences(draft, rng)

    @cached_property
    def _chinese(self) -> list[Told]:
        draft, told = self._drawn
        return chinese.tell_sentences(draft, told, Random(self.number + 1))

    @property
    def _starts(self) -> list[int]:
        """Where each sentence begins in `english`."""
        starts = [0]
        for told in self._drawn[1][:-1]:
            starts.append(starts[-1] + len(told.text) + 1)
        return starts

    @cached_property
    def scene(self) -> Scene:
        """The ground truth: plot, cast and events."""
        return self._drawn[0].scene()

    @property
    def english(self) -> str:
        """The story in English, one paragraph."""
        return " ".join(told.text for told in self._drawn[1])

    @property
    def chinese(self) -> str:
        """The story in Chinese, sentence for sentence."""
        return "".join(told.text for told in self._chinese)

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """Each English sentence with its Chinese."""
        return [(a.text, b.text) for a, b in zip(self._drawn[1], self._chinese, strict=True)]

    @property
    def links(self) -> list[list[links.Link]]:
        """For each pair, which words tell the same, as spans of its two sentences."""
        draft, told = self._drawn
        return [links.link(draft, *pair) for pair in zip(told, self._chinese, strict=True)]

    @cached_property
    def questions(self) -> list[questions.Question]:
        """Questions with their answers' spans in `english`; the last two have no answer."""
        return questions.ask(*self._drawn, self._starts, Random(self.number + 2))

    @cached_property
    def roles(self) -> list[list[roles.Role]]:
        """For each sentence its semantic roles, with spans in `english`."""
        return roles.label(*self._drawn, self._starts)

    @property
    def summary(self) -> str:
        """One English sentence."""
        draft = self._drawn[0]
        text, *_ = table("summaries")[draft.variant.plot][draft.variant.ending]
        summary = questions.fill(text, draft.cast)
        return summary[0].upper() + summary[1:]

    @property
    def summary_chinese(self) -> str:
        """One Chinese sentence."""
        draft = self._drawn[0]
        _, text, _ = table("summaries")[draft.variant.plot][draft.variant.ending]
        teller = chinese.ChineseTeller(draft.cast, Random(0).random)
        return teller.sentence(parse(text), 0).text

    @property
    def sentiment(self) -> str:
        """How the main person feels in the end: "positive", "negative" or "neutral"."""
        scene = self.scene
        mood = world_after(scene).get("feels", scene.main.name)
        return SENTIMENT.get(mood, "neutral")


def world_after(scene: Scene) -> World:
    """The state of the world when all events of a scene have happened."""
    world = World()
    for event in scene.events:
        names = {letter: entity.name for letter, entity in event.args.items()}
        for fact in kinds()[event.kind].then:
            world.make(*(names.get(word, word) for word in fact))
    return world


class Stories(Sequence[Story]):
    """A sequence of stories that are made as they are taken."""

    def __init__(self, numbers: range, split: str):
        self.numbers, self.split = numbers, split

    def __len__(self) -> int:
        return len(self.numbers)

    def __getitem__(self, index):
        """One story, or for a slice a shorter sequence."""
        if isinstance(index, slice):
            return Stories(self.numbers[index], self.split)
        return Story(self.split, self.numbers[index])

    def __iter__(self) -> Iterator[Story]:
        return (Story(self.split, number) for number in self.numbers)


def generate(n: int, seed: int = 0, split: str = "train") -> Stories:
    """`n` stories of a split with all their layers. Equal arguments give equal stories.

    split: "train", "validation", "test" (scenes in none of the others) or "holdout" (people do
        things there that they never do in the others). Raises ValueError for any other.
    """
    return Stories(_numbers(n, seed, split), split)


def stories(n: int, seed: int = 0, split: str = "train", language: str = "en") -> list[str]:
    """The texts of the same stories, and nothing else: the fast way to a training text.

    language: "en" or "zh". Raises ValueError for any other.
    """
    if language == "zh":
        return [story.chinese for story in generate(n, seed, split)]
    if language != "en":
        raise ValueError(f'language={language!r} is not told here; choose "en" or "zh".')
    rng = Random()
    texts = []
    for number in _numbers(n, seed, split):
        rng.seed(number)
        texts.append(english.tell(draw(rng, split), rng))
    return texts


def _numbers(n: int, seed: int, split: str) -> range:
    """One number for each story: it alone decides everything about the story."""
    if split not in SPLITS:
        raise ValueError(f"split={split!r} is not a split of town; choose one of {SPLITS}.")
    if n < 0 or seed < 0:
        raise ValueError(f"n={n} and seed={seed} must not be negative.")
    first = (seed * len(SPLITS) + SPLITS.index(split)) << 32
    return range(first, first + n)
