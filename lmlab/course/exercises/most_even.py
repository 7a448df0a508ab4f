"""The distribution with most entropy among those with a given mean."""

import torch

from lmlab.course.exercise import Exercise, Invariant, WrongAnswer
from lmlab.nn.partition import maximum_entropy


def _scores_and_mean(seed):
    """A mean below the middle, then means on either side of what a plain softmax gives."""
    generator = torch.Generator().manual_seed(seed)
    yield torch.tensor([0.0, 1.0, 2.0], dtype=torch.float64), 0.5
    for n in (3, 4, 6):
        scores = 2 * torch.randn(n, generator=generator, dtype=torch.float64)
        for share in (0.25, 0.8):
            yield scores, torch.lerp(scores.min(), scores.max(), share).item()


def _has_the_mean(answer, scores, mean):
    return abs(float(answer(scores, mean) @ scores) - mean) < 1e-4


def _sums_to_one(answer, scores, mean):
    return abs(float(answer(scores, mean).sum()) - 1) < 1e-5


def _two_keys(scores, mean):
    """The smallest and the largest score share all the weight."""
    share = (mean - scores.min()) / (scores.max() - scores.min())
    probs = torch.zeros_like(scores)
    probs[scores.argmin()], probs[scores.argmax()] = 1 - share, share
    return probs


def _straight(scores, mean):
    """Weights on a straight line over the scores."""
    away = scores - scores.mean()
    return 1 / len(scores) + (mean - scores.mean()) / away.square().sum() * away


def _newton_once(scores, mean):
    """One step from the even distribution."""
    return ((mean - scores.mean()) / scores.var(unbiased=False) * scores).softmax(dim=-1)


def _stretched(scores, mean):
    probs = scores.softmax(dim=-1)
    return probs * mean / (probs @ scores)


EXERCISES = (
    Exercise(
        id="maximum_entropy",
        chapter="04_mathematics",
        number="4.3",
        title="As even as a mean allows",
        difficulty=3,
        minutes=15,
        reference="lmlab.nn.partition.maximum_entropy",
        cases=_scores_and_mean,
        invariants=(
            Invariant("has the mean", _has_the_mean, "The mean score must be the one asked for."),
            Invariant("sums to one", _sums_to_one, "The probabilities must sum to one."),
        ),
        wrong_answers=(
            WrongAnswer(
                lambda scores, mean: scores.softmax(dim=-1),
                "This is β = 1, whatever mean is asked for. Look for the β whose softmax has it.",
            ),
            WrongAnswer(
                lambda scores, mean: torch.full_like(scores, 1 / len(scores)),
                "An even distribution has most entropy of all, but its mean is that of the scores: "
                "this is β = 0.",
            ),
            WrongAnswer(
                lambda scores, mean: maximum_entropy(
                    scores, max(mean, scores.mean().item() + 1e-9)
                ),
                "The search begins at β = 0, but a mean below that of the scores needs a β below "
                "0: let it begin far below.",
            ),
            WrongAnswer(
                lambda scores, mean: maximum_entropy(scores, mean).flip(0),
                "The right probabilities in the wrong order: each belongs to its own score, and "
                "they need no sorting.",
            ),
            WrongAnswer(
                _two_keys,
                "Sum and mean are right, but two keys have all the weight: a distribution with "
                "that mean can be far more even.",
            ),
            WrongAnswer(
                _straight,
                "Sum and mean are right, but the weights lie on a straight line, and may even fall "
                "below 0. Most entropy has the exponential, softmax(β scores).",
            ),
            WrongAnswer(
                _newton_once,
                "One step towards β is not enough, for the mean is no straight line in β: halve "
                "an interval until it is small.",
            ),
            WrongAnswer(
                lambda scores, mean: (mean * scores).softmax(dim=-1),
                "The mean itself is used as β. β is unknown: try one, look at the mean that it "
                "gives, and go up or down.",
            ),
            WrongAnswer(
                _stretched,
                "A softmax was stretched until its mean is right; now it does not sum to one.",
            ),
        ),
        hints=(
            "The chapter has shown what the answer looks like: softmax(β scores). Only β is "
            "missing. Does the mean score rise or fall when β grows?",
            "It rises. So take a low and a high β, look at the one in the middle, and keep the "
            "half in which the answer lies. Repeat 60 times.",
            "beta = (low + high) / 2; probs = (beta * scores).softmax(-1); if probs @ scores < "
            "mean: low = beta, else high = beta. Begin with -100 and 100, divided by the range of "
            "the scores.",
        ),
    ),
)
