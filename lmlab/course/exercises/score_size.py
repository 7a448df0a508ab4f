"""How large a score gets by chance."""

import math
import random

from lmlab.course.exercise import Exercise, WrongAnswer


def _widths(seed):
    """Variance one first, then any; the width is never 1, for then it would not show."""
    rng = random.Random(seed)
    yield 4, 1.0, 1.0
    for d_k in (2, 8, 64):
        yield d_k, rng.uniform(0.2, 0.7), rng.uniform(1.5, 3)


EXERCISES = (
    Exercise(
        id="dot_product_variance",
        chapter="04_mathematics",
        number="4.4",
        title="The variance of a dot product",
        difficulty=1,
        minutes=6,
        reference="lmlab.nn.dot_product.dot_product_variance",
        cases=_widths,
        wrong_answers=(
            WrongAnswer(
                lambda d_k, q, k: q * k,
                "This is the variance of one product, or of a scaled score. q·k is a sum of d_k of "
                "them.",
            ),
            WrongAnswer(
                lambda d_k, q, k: math.sqrt(d_k * q * k),
                "This is the standard deviation, the typical size of a score; its square is "
                "wanted.",
            ),
            WrongAnswer(
                lambda d_k, q, k: d_k**2 * q * k,
                "d_k² would need products that all move together. These are independent: their "
                "variances add up, d_k of them.",
            ),
            WrongAnswer(
                lambda d_k, q, k: d_k * (q + k),
                "Variances add up for a sum. Within each term q and k are multiplied, and so are "
                "their variances (when both means are 0).",
            ),
            WrongAnswer(
                lambda d_k, q, k: d_k * math.sqrt(q * k),
                "Standard deviations were multiplied in each term; variances are wanted: no root.",
            ),
            WrongAnswer(
                lambda d_k, q, k: math.sqrt(d_k) * q * k,
                "Typical sizes grow like √d_k, variances like d_k.",
            ),
            WrongAnswer(
                lambda d_k, q, k: float(d_k),
                "Right when both variances are 1. Here they are given, and may be others.",
            ),
            WrongAnswer(
                lambda d_k, q, k: d_k * (q * k) ** 2,
                "The variances are squares already: E[q²] E[k²] needs no further square.",
            ),
        ),
        hints=(
            "q·k is a sum of d_k terms. What is the variance of a sum of independent terms?",
            "One term: Var(q k) = E[q² k²] - E[q k]². Both are independent and have mean 0.",
            "So Var(q k) = E[q²] E[k²] = variance_q * variance_k, and there are d_k such terms.",
        ),
    ),
)
