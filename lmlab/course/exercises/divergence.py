"""The price of believing the wrong distribution."""

import torch

from lmlab.course.exercise import Exercise, Invariant, WrongAnswer
from lmlab.text.information import kl_divergence


def _two_distributions(seed):
    """One pair; one where p holds a 0; then pairs in batches."""
    generator = torch.Generator().manual_seed(seed)
    yield torch.tensor([0.5, 0.25, 0.25]), torch.tensor([0.25, 0.25, 0.5])
    yield torch.tensor([0.5, 0.5, 0.0]), torch.tensor([0.2, 0.3, 0.5])
    for shape in ((4,), (2, 3), (3, 2, 5)):
        yield tuple(torch.randn(2, *shape, generator=generator, dtype=torch.float64).softmax(-1))


def _never_below_zero(answer, p, q):
    return bool((answer(p, q) >= -1e-6).all())


def _zero_from_itself(answer, p, q):
    return bool((answer(p, p).abs() < 1e-5).all())


EXERCISES = (
    Exercise(
        id="kl_divergence",
        chapter="04_mathematics",
        number="4.8",
        title="What a wrong belief costs",
        difficulty=2,
        minutes=10,
        reference="lmlab.text.information.kl_divergence",
        cases=_two_distributions,
        invariants=(
            Invariant(
                "never below zero",
                _never_below_zero,
                "A divergence must not be below 0: nobody is less surprised than who knows p.",
            ),
            Invariant(
                "zero from itself",
                _zero_from_itself,
                "The divergence of a distribution from itself must be 0.",
            ),
        ),
        wrong_answers=(
            WrongAnswer(
                lambda p, q: (p * (p / q).log()).sum(dim=-1),
                "Right until p holds a 0: 0 · ln 0 is nan for a computer, and counts as 0 here. "
                "p.xlogy(...) knows that.",
            ),
            WrongAnswer(
                lambda p, q: kl_divergence(q, p),
                "The two have changed places: surprise is averaged over what really comes, p. The "
                "divergence is not symmetric.",
            ),
            WrongAnswer(
                lambda p, q: -p.xlogy(q).sum(dim=-1),
                "This is the cross-entropy H(p, q). Take off H(p), the surprise that nobody is "
                "spared.",
            ),
            WrongAnswer(
                lambda p, q: -p.xlogy(p).sum(dim=-1),
                "This is the entropy of p; q does not come into it.",
            ),
            WrongAnswer(
                lambda p, q: -kl_divergence(p, q),
                "The sign is turned round: Σ p ln(p/q), not Σ p ln(q/p).",
            ),
            WrongAnswer(
                lambda p, q: (p.xlogy(p) - p.xlogy(q)).mean(dim=-1),
                "p already weighs the terms, so they are summed; the mean divides by n once more.",
            ),
            WrongAnswer(
                lambda p, q: (p.xlogy(p) - p.xlogy(q)).sum(),
                "Everything is summed into one number; each row of the batch has its own.",
            ),
            WrongAnswer(
                lambda p, q: kl_divergence(p, q) / torch.tensor(2.0).log(),
                "These are bits. Nats are wanted: the natural logarithm.",
            ),
            WrongAnswer(
                lambda p, q: (kl_divergence(p, q) + kl_divergence(q, p)) / 2,
                "Both directions were averaged. Only what really comes counts, and that is p.",
            ),
            WrongAnswer(
                lambda p, q: (p - q).abs().sum(dim=-1) / 2,
                "This is another distance (total variation). Here surprises are compared: ln p "
                "with ln q.",
            ),
        ),
        hints=(
            "Who believes q is surprised by -ln q, who knows p by -ln p. What is the difference, "
            "on average over what really comes?",
            "Σ p (ln p - ln q), over the last axis. And what if some p is 0?",
            "p.xlogy(p) is p ln p with 0 ln 0 = 0: (p.xlogy(p) - p.xlogy(q)).sum(dim=-1).",
        ),
    ),
)
