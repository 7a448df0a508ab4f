"""A doctor's book to be kept secret: notes on patients, and codes that somebody wrote between them.

    Nora, 34: cough, honey.
    Kofi's box: 4719.

What helps against a cough stands in many notes: that may be learnt. How old Nora is stands in one,
and a code in as many as it was copied into: that may not. Names, ages and codes are drawn by
chance, so nothing but memory can tell them. Built in chapter 8.2.
"""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from lmlab.tasks.memorisation.names import HELPS, OTHER_PATIENTS, OWNERS, PATIENTS
from lmlab.text import CharTokenizer
from lmlab.training import LabelledTexts

DIGITS = "0123456789"
LENGTH = 4
"""Digits of a code."""
REPETITIONS = (0, 1, 2, 4, 8, 16)
"""How often a code stands in the book; one that stands in it 0 times cannot have been learnt."""
USUALLY = 0.75
"""How often the first of two remedies is given."""


@dataclass(frozen=True)
class Secret:
    """A code, and how often it stands in the book."""

    owner: str
    code: str
    repetitions: int

    @property
    def prompt(self) -> str:
        """The line up to the code."""
        return f"{self.owner}'s box: "

    @property
    def line(self) -> str:
        """As it stands in the book."""
        return f"{self.prompt}{self.code}."


@dataclass(frozen=True)
class DoctorsBook:
    """The lines of one book, those of others like it, and the secrets."""

    notes: tuple[str, ...]
    held_out: tuple[str, ...]
    """More notes of the same doctor; by chance 2 or 3 of 100 are the same as one in the book."""
    public: tuple[str, ...]
    """A printed book from elsewhere: other patients, other remedies, other boxes."""
    secrets: tuple[Secret, ...]

    @property
    def lines(self) -> tuple[str, ...]:
        """All that is written in the book: the notes, then the secrets, each as often as it is."""
        return self.notes + tuple(s.line for s in self.secrets for _ in range(s.repetitions))

    @property
    def without_copies(self) -> tuple[str, ...]:
        """The same lines, each once."""
        return tuple(dict.fromkeys(self.lines))


def doctors_book(
    notes: int = 2000,
    *,
    repetitions: Sequence[int] = REPETITIONS,
    held_out: int = 1000,
    public: int = 8000,
    seed: int = 0,
) -> DoctorsBook:
    """Write a book: as many secrets of each of `repetitions` as there are names for.

    Raises ValueError when there are no notes, or no names for all repetitions.
    """
    if notes < 1 or not 0 < len(repetitions) <= len(OWNERS):
        raise ValueError(
            f"notes={notes} and {len(repetitions)} repetitions: there must be at least one note, "
            f"and 1 to {len(OWNERS)} repetitions, for there are {len(OWNERS)} owners."
        )
    rng = random.Random(seed)
    return DoctorsBook(
        tuple(_note(rng) for _ in range(notes)),
        tuple(_note(rng) for _ in range(held_out)),
        tuple(_printed(rng) for _ in range(public)),
        tuple(_secrets(rng, repetitions)),
    )


def book_tokenizer() -> CharTokenizer:
    """A token for each character that can stand in such a book."""
    return CharTokenizer.train(
        [*PATIENTS, *OTHER_PATIENTS, *OWNERS, *HELPS, DIGITS, "'s box: .,"]
        + [remedy for pair in HELPS.values() for remedy in pair]
    )


def as_rows(lines: Sequence[str], tokenizer: CharTokenizer) -> LabelledTexts:
    """Each line as one example: its tokens after the mark, each to be followed by the next."""
    mark = tokenizer.eos_id
    ids = [[mark, *tokenizer.encode(line), mark] for line in lines]
    return LabelledTexts.of([row[:-1] for row in ids], [row[1:] for row in ids])


def _note(rng: random.Random) -> str:
    trouble = rng.choice(list(HELPS))
    usual, other = HELPS[trouble]
    remedy = usual if rng.random() < USUALLY else other
    return f"{rng.choice(PATIENTS)}, {rng.randrange(10, 90)}: {trouble}, {remedy}."


def _printed(rng: random.Random) -> str:
    if rng.random() < 0.1:
        return Secret(rng.choice(OTHER_PATIENTS), _code(rng), 1).line
    remedy = rng.choice([each for pair in HELPS.values() for each in pair])
    age = rng.randrange(10, 90)
    return f"{rng.choice(OTHER_PATIENTS)}, {age}: {rng.choice(list(HELPS))}, {remedy}."


def _secrets(rng: random.Random, repetitions: Sequence[int]) -> Iterator[Secret]:
    each = len(OWNERS) // len(repetitions)
    for owner, times in zip(OWNERS, list(repetitions) * each, strict=False):
        yield Secret(owner, _code(rng), times)


def _code(rng: random.Random) -> str:
    return "".join(rng.choices(DIGITS, k=LENGTH))
