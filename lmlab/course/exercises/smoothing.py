"""Smoothing: something for the unseen."""

import torch

from lmlab.course.exercise import Exercise, Invariant, WrongAnswer


def _counts(seed):
    """Counts after one context, after several, and after several in two texts."""
    generator = torch.Generator().manual_seed(seed)

    def counts(*shape):
        drawn = torch.randint(0, 6, shape, generator=generator).double()
        drawn[..., 0] += 1  # no context without a count
        return drawn

    yield torch.tensor([3.0, 1.0, 0.0, 0.0]), 1.0
    for k in (0.1, 0.5, 2.0):
        yield counts(5), k
        yield counts(3, 6), k
    yield counts(2, 3, 4), 0.5


def _sums_to_one(answer, counts, k):
    total = answer(counts, k).sum(dim=-1)
    return torch.allclose(total, torch.ones_like(total))


def _nothing_is_impossible(answer, counts, k):
    return bool((answer(counts, k) > 0).all())


ADD_K = Exercise(
    id="add_k",
    chapter="02_1_language_models",
    number="2.1.4",
    title="Something for the unseen",
    difficulty=2,
    minutes=8,
    reference="lmlab.models.smoothing.add_k",
    cases=_counts,
    invariants=(
        Invariant(
            "sums to one",
            _sums_to_one,
            "The probabilities after one context must sum to one; its tokens are on the last axis.",
        ),
        Invariant(
            "nothing is impossible",
            _nothing_is_impossible,
            "A token that was never seen must get more than 0: that is what k is added for.",
        ),
    ),
    wrong_answers=(
        WrongAnswer(
            lambda counts, k: counts / counts.sum(-1, keepdim=True),
            "These are the counts divided by their total: k is not used, and the unseen get 0.",
        ),
        WrongAnswer(
            lambda counts, k: (counts + k) / counts.sum(-1, keepdim=True),
            "k is added to each count but not to the total, so that the sum is above one.",
        ),
        WrongAnswer(
            lambda counts, k: (counts + k) / (counts.sum(-1, keepdim=True) + k),
            "The total grows by k once; it grows by k for each token of the vocabulary.",
        ),
        WrongAnswer(
            lambda counts, k: (counts + 1) / (counts + 1).sum(-1, keepdim=True),
            "1 is added, whatever k is: add k instead.",
        ),
        WrongAnswer(
            lambda counts, k: (
                counts.where(counts > 0, k) / counts.where(counts > 0, k).sum(-1, keepdim=True)
            ),
            "Only the counts of 0 get k. Add it to every count: else a token seen once could end "
            "up below one that was never seen.",
        ),
        WrongAnswer(
            lambda counts, k: (
                (counts / counts.sum(-1, keepdim=True) + k) / (1 + k * counts.size(-1))
            ),
            "k is added to the frequencies; add it to the counts, before the division.",
        ),
        WrongAnswer(
            lambda counts, k: (counts + k) / (counts + k).sum(),
            "The sum runs over all contexts; each has a total of its own: sum(dim=-1, "
            "keepdim=True).",
        ),
        WrongAnswer(
            lambda counts, k: (counts + k) / (counts + k).sum(0, keepdim=True),
            "The sum runs over the first axis, that is over contexts; tokens are on the last one.",
        ),
        WrongAnswer(
            lambda counts, k: (counts + k).softmax(-1),
            "A softmax is for logits. Counts are divided by their sum, without an exponential.",
        ),
    ),
    hints=(
        "Imagine that each token had been seen k times more than it was. What is its count then, "
        "and what the total?",
        "The total is the sum of the new counts: it has grown by k · vocab_size.",
        "(counts + k), divided by its own sum over the last axis; keepdim=True keeps that axis.",
    ),
)


EXERCISES = (ADD_K,)
