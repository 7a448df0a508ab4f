"""ALiBi: far keys lose score."""

import random

import torch

from lmlab.course.exercise import Exercise, Invariant, Quiz, WrongAnswer
from lmlab.nn.positions import alibi_slopes


def _distances(seed):
    """Three queries and keys, then a cache (fewer queries than keys), heads and texts."""
    rng = random.Random(seed)
    yield torch.arange(3)[None], torch.arange(3)[None], 2
    yield torch.tensor([[5, 6]]), torch.arange(7)[None], 4
    for batch, n_heads in ((2, 8), (3, 4)):
        n_keys = rng.randint(4, 7)
        keys = torch.stack([rng.randint(0, 5) + torch.arange(n_keys) for _ in range(batch)])
        yield keys[:, 2:], keys, n_heads


def _never_a_reward(answer, query_positions, key_positions, n_heads):
    return bool((answer(query_positions, key_positions, n_heads) <= 0).all())


def _shift_changes_nothing(answer, query_positions, key_positions, n_heads):
    near = answer(query_positions, key_positions, n_heads)
    return torch.allclose(answer(query_positions + 50, key_positions + 50, n_heads), near)


def _penalty(slopes=alibi_slopes, distance=lambda q, k: (q - k).abs()):
    """-slope · distance, with one of the two changed."""

    def answer(query_positions, key_positions, n_heads):
        apart = distance(query_positions[:, None, :, None], key_positions[:, None, None, :])
        return -slopes(n_heads)[:, None, None] * apart

    return answer


EXERCISES = (
    Exercise(
        id="alibi_bias",
        chapter="02_3_transformer",
        number="2.3.10",
        title="ALiBi: distance costs",
        difficulty=2,
        minutes=10,
        reference="lmlab.nn.positions.alibi_bias",
        cases=_distances,
        invariants=(
            Invariant(
                "never a reward",
                _never_a_reward,
                "Distance must cost: no number may be above 0.",
            ),
            Invariant(
                "only distance counts",
                _shift_changes_nothing,
                "When all positions grow by the same number, nothing must change.",
            ),
        ),
        wrong_answers=(
            WrongAnswer(
                _penalty(slopes=lambda n: -alibi_slopes(n)),
                "The sign is missing: the further away a key is, the more it gains. It must lose.",
            ),
            WrongAnswer(
                _penalty(distance=lambda q, k: q - k),
                "The distance has a sign, so that a key behind the query would gain. Take .abs().",
            ),
            WrongAnswer(
                _penalty(distance=lambda q, k: k + 0 * q),
                "The key's position counts by itself. What costs is its distance from the query.",
            ),
            WrongAnswer(
                _penalty(distance=lambda q, k: (q - k).square()),
                "The distance is squared. ALiBi is linear: that is the L and the i in its name.",
            ),
            WrongAnswer(
                _penalty(distance=lambda q, k: (1 + (q - k).abs()).log()),
                "The cost grows with the logarithm of the distance; it should grow with the "
                "distance itself.",
            ),
            WrongAnswer(
                _penalty(slopes=torch.ones),
                "All heads have slope 1. Each has its own, so that some look near and others far: "
                "alibi_slopes(n_heads).",
            ),
            WrongAnswer(
                _penalty(slopes=lambda n: 1 / torch.arange(1, n + 1)),
                "The slopes are 1, 1/2, 1/3, … They fall geometrically: alibi_slopes(n_heads).",
            ),
            WrongAnswer(
                _penalty(slopes=lambda n: alibi_slopes(n).flip(0)),
                "The slopes run the other way: the first head has the steepest.",
            ),
            WrongAnswer(
                lambda q, k, n_heads: _penalty()(q, k, n_heads).mT,
                "Queries and keys are swapped: queries are the rows, keys the columns.",
            ),
            WrongAnswer(
                lambda q, k, n_heads: _penalty()(q, k, n_heads).movedim(1, -1),
                "The heads are on the last axis; the scores have them second: (batch, n_heads, "
                "query, key).",
            ),
            WrongAnswer(
                lambda q, k, n_heads: _penalty()(q, k, n_heads).transpose(0, 1),
                "The heads come before the batch: (batch, n_heads, query, key) is wanted.",
            ),
            WrongAnswer(
                lambda q, k, n_heads: -(q[:, :, None] - k[:, None, :]).abs(),
                "The slopes are missing, and with them the axis of the heads: "
                "(batch, n_heads, query, key).",
            ),
            WrongAnswer(
                lambda q, k, n_heads: _penalty()(q, k, n_heads).exp(),
                "These are factors for the weights. Wanted is what is added to the scores, before "
                "the softmax: its exponential is taken there.",
            ),
        ),
        hints=(
            "First the distances alone: one for each pair of a query and a key, (batch, query, "
            "key). Broadcasting makes the table: queries down, keys across.",
            "query_positions[:, None, :, None] - key_positions[:, None, None, :] has an axis for "
            "the heads already. Distances have no sign.",
            "-alibi_slopes(n_heads)[:, None, None] * the distances.",
        ),
        quiz=Quiz(
            "A head has slope 1/2 and all its scores are equal. How does the weight of a token "
            "fall, step by step backwards?",
            {
                "by the same number at each step": "The scores fall by 1/2 at each step. The "
                "weights are their exponentials.",
                "by the same factor, e^(-1/2), at each step": "A penalty that is linear in the "
                "score is geometric in the weight: about 0.61 at each step.",
                "it is 0 beyond some distance": "It gets small, but an exponential is never 0.",
            },
            answer="by the same factor, e^(-1/2), at each step",
        ),
    ),
)
