"""What a product of matrices costs."""

import math

import torch

from lmlab.course.exercise import Exercise, Invariant, WrongAnswer
from lmlab.scaling.operations import matmul_flops


def _shapes(seed):
    """One product, one with a batch on both sides, one matrix for a batch, and the other way."""
    generator = torch.Generator().manual_seed(seed)
    yield (2, 3), (3, 4)
    yield (5, 2, 3), (5, 3, 4)
    yield (6, 2, 7), (7, 3)
    yield (2, 5), (4, 5, 3)
    for _ in range(4):
        heads, rows, inner, columns = torch.randint(2, 9, (4,), generator=generator).tolist()
        yield (heads, rows, inner), (heads, inner, columns)


def _grows_with_the_rows(answer, left, right):
    longer = (*left[:-2], 2 * left[-2], left[-1])
    return answer(longer, right) == 2 * answer(left, right)


def _batch(left, right):
    return math.prod(torch.broadcast_shapes(left[:-2], right[:-2]))


EXERCISES = (
    Exercise(
        id="matmul_flops",
        chapter="03_1_forward_pass",
        number="3.1.9",
        title="What a matrix product costs",
        difficulty=2,
        minutes=8,
        reference="lmlab.scaling.operations.matmul_flops",
        cases=_shapes,
        invariants=(
            Invariant(
                "grows with the rows",
                _grows_with_the_rows,
                "Twice as many rows must cost twice as much.",
            ),
        ),
        wrong_answers=(
            WrongAnswer(
                lambda left, right: matmul_flops(left, right) // 2,
                "These are the multiplications. Each product is also added: times 2.",
            ),
            WrongAnswer(
                lambda left, right: 2 * _batch(left, right) * left[-2] * right[-1],
                "Each number of the result is counted as one product. It is a sum of `inner` "
                "products.",
            ),
            WrongAnswer(
                lambda left, right: matmul_flops(left[-2:], right[-2:]),
                "The batch is missing: the axes before the last two say how many products there "
                "are.",
            ),
            WrongAnswer(
                lambda left, right: 2 * math.prod(left) * math.prod(right[:-2]) * right[-1],
                "The batch counts twice where both have one: it is the same batch.",
            ),
            WrongAnswer(
                lambda left, right: 2 * math.prod(left) * right[-1],
                "Right as long as the batch stands on the left. The right one may bring it alone: "
                "the axes broadcast.",
            ),
            WrongAnswer(
                lambda left, right: _batch(left, right) * left[-2] * right[-1] * (2 * left[-1] - 1),
                "Exact: n products need only n - 1 additions. The field counts n, a multiply-add "
                "each, so that costs can be multiplied: 2 · inner.",
            ),
            WrongAnswer(
                lambda left, right: 2 * math.prod(left) * math.prod(right),
                "Each number of the left is multiplied with each of the right. It meets one row of "
                "the right only.",
            ),
            WrongAnswer(
                lambda left, right: math.prod(left) + math.prod(right),
                "These are the numbers that go in. What is done with them costs more.",
            ),
            WrongAnswer(
                lambda left, right: 2 * _batch(left, right) * left[-2] * left[-1] * left[-1],
                "The columns of the right do not count here: the result has rows × columns "
                "numbers.",
            ),
        ),
        hints=(
            "(2, 3) @ (3, 4) has 2 × 4 numbers. How many multiplications, and how many additions, "
            "does each of them take?",
            "One number of the result takes `inner` multiplications and as many additions: 2 · "
            "inner. How many numbers are there, the batch counted in?",
            "2 · batch · rows · inner · columns; torch.broadcast_shapes(left[:-2], right[:-2]) is "
            "the batch, math.prod multiplies it out.",
        ),
    ),
)
