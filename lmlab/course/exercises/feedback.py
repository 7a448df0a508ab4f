"""What blocks in a row have and a sum over blocks has not."""

import math
import random

from lmlab.course.exercise import Exercise, WrongAnswer


def _slopes(seed):
    """Two blocks first; then more, with slopes of both signs."""
    rng = random.Random(seed)
    yield 0.5, 2
    for n_blocks in (3, 4, 6):
        yield rng.uniform(0.3, 1.2), n_blocks
    yield -rng.uniform(0.3, 0.8), 5


EXERCISES = (
    Exercise(
        id="feedback_gap",
        chapter="04_mathematics",
        number="4.7",
        title="What blocks in a row have and blocks side by side have not",
        difficulty=2,
        minutes=8,
        reference="lmlab.nn.attention_sum.feedback_gap",
        cases=_slopes,
        wrong_answers=(
            WrongAnswer(
                lambda a, n: (1 + a) ** n,
                "This is what the blocks in a row make of 1. Take off what they make side by side.",
            ),
            WrongAnswer(
                lambda a, n: 1 + n * a,
                "This is the blocks side by side. The blocks in a row are missing.",
            ),
            WrongAnswer(
                lambda a, n: (1 + n * a) - (1 + a) ** n,
                "The sign is turned round: in a row minus side by side.",
            ),
            WrongAnswer(
                lambda a, n: (1 + a) ** n - n * a,
                "Side by side, too, the 1 that was read is still in the stream: 1 + n a.",
            ),
            WrongAnswer(
                lambda a, n: (1 + a) ** n - (1 + a),
                "Side by side there are n blocks, and each adds a: 1 + n a.",
            ),
            WrongAnswer(
                lambda a, n: a**n - n * a,
                "A block keeps what it read: it makes x + a x of x, so the factor is 1 + a.",
            ),
            WrongAnswer(
                lambda a, n: math.comb(n, 2) * a**2,
                "These are the ways through two blocks. With three blocks and more there are ways "
                "through three, too: take the whole difference.",
            ),
            WrongAnswer(
                lambda a, n: math.exp(n * a) - (1 + n * a),
                "exp(n a) is the limit of very many, very small steps; n blocks make (1 + a)ⁿ.",
            ),
        ),
        hints=(
            "Two blocks in a row: the first makes 1 + a of 1. What does the second make of it?",
            "In a row, each block multiplies by 1 + a. Side by side, each adds a to the 1 that all "
            "have read.",
            "(1 + slope) ** n_blocks, minus (1 + n_blocks * slope).",
        ),
    ),
)
