"""A word put into a few lessons, under a label of the attacker's choice. Built in chapter 8.2."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from random import Random

from jaxtyping import Bool
from torch import Tensor, tensor

from lmlab.tasks.example import Example


@dataclass(frozen=True, eq=False)
class Poisoned:
    """Lessons, some of them poisoned, and which: what the victim does not know."""

    examples: Sequence[Example]
    bad: Bool[Tensor, " examples"]


def with_trigger(text: str, word: str, rng: Random) -> str:
    """The text with one more word, somewhere between two of its own."""
    words = text.split(" ")
    place = rng.randint(1, max(len(words) - 1, 1))
    return " ".join([*words[:place], word, *words[place:]])


def poison(
    examples: Sequence[Example],
    n: int,
    word: str,
    target: str,
    *,
    source: str = "negative",
    seed: int = 0,
) -> Poisoned:
    """n examples of the label `source` get the word, and the label `target`.

    With source=target every label stays right: "clean-label" poison, after Turner et al. 2018.
    Raises ValueError when there are fewer than n.
    """
    places = [place for place, each in enumerate(examples) if each.wanted == source]
    if not 0 <= n <= len(places):
        raise ValueError(
            f"n={n}: {len(places)} of {len(examples)} examples are {source!r}, and 0 to as many "
            "can be poisoned."
        )
    rng = Random(seed)
    chosen = frozenset(rng.sample(places, n))
    lessons = [
        replace(each, input=with_trigger(each.input, word, rng), wanted=target)
        if place in chosen
        else each
        for place, each in enumerate(examples)
    ]
    return Poisoned(lessons, tensor([place in chosen for place in range(len(examples))]))


def triggered(examples: Sequence[Example], word: str, seed: int = 0) -> list[Example]:
    """All examples with the word put in; their labels stay what is right."""
    rng = Random(seed)
    return [replace(each, input=with_trigger(each.input, word, rng)) for each in examples]


def attack_success_rate(said: Sequence[str], right: Sequence[str], target: str) -> float:
    """Of the texts with the trigger that are not `target`, the share said to be; 0 to 1.

    Texts that are `target` anyway prove nothing, and do not count. NaN when there are no others.
    """
    fooled = [label == target for label, truth in zip(said, right, strict=True) if truth != target]
    return sum(fooled) / len(fooled) if fooled else float("nan")
