"""The softmax and its Z, for scores of any height."""

import torch

from lmlab.course.exercise import Exercise, Invariant, WrongAnswer


def _scores(seed):
    """One row, batches, and rows so high, so low or so far apart that exp alone does not do."""
    generator = torch.Generator().manual_seed(seed)
    yield (torch.tensor([1.0, 2.0, 3.0]),)
    for shape in ((4,), (2, 3), (3, 2, 4)):
        yield (2 * torch.randn(*shape, generator=generator),)
    yield (torch.tensor([1e4, 1e4 - 1, 1e4 - 3]),)
    yield (torch.tensor([-1e4, -1e4 - 2, -1e4 - 1]),)
    yield (torch.tensor([1e4, 0.0, 0.0]),)
    yield (torch.tensor([[1e4, 1e4 - 1], [0.0, 1.0]]),)


def _top(scores):
    return scores.amax(dim=-1, keepdim=True)


def _is_a_distribution(answer, scores):
    probs = answer(scores)
    sums = probs.sum(dim=-1)
    return bool((probs >= 0).all()) and torch.allclose(sums, torch.ones_like(sums), atol=1e-4)


def _shift_changes_nothing(answer, scores):
    return torch.allclose(answer(scores), answer(scores + 64.0), atol=1e-3)


def _over(total):
    """exp(s - max of the row), divided by what `total` makes of these powers."""

    def answer(scores):
        powers = (scores - _top(scores)).exp()
        return powers / total(powers)

    return answer


_SOFTMAX = Exercise(
    id="stable_softmax",
    chapter="04_mathematics",
    number="4.1",
    title="A softmax for scores of any height",
    difficulty=1,
    minutes=8,
    reference="lmlab.nn.partition.stable_softmax",
    cases=_scores,
    invariants=(
        Invariant(
            "is a distribution",
            _is_a_distribution,
            "Each row must be a distribution: nothing below 0, and a sum of one.",
        ),
        Invariant(
            "a shift changes nothing",
            _shift_changes_nothing,
            "The same number added to all scores must not change the result.",
        ),
    ),
    wrong_answers=(
        WrongAnswer(
            lambda s: s.exp() / s.exp().sum(dim=-1, keepdim=True),
            "The formula as it stands: exp(1e4) is inf, and inf / inf is nan. Take the largest "
            "score of the row from all its scores first.",
        ),
        WrongAnswer(
            lambda s: (s - s.max()).exp() / (s - s.max()).exp().sum(dim=-1, keepdim=True),
            "The largest score of all rows is taken away, so that in a row far below it every "
            "exponential becomes 0. Each row needs its own: amax(dim=-1, keepdim=True).",
        ),
        WrongAnswer(
            lambda s: (
                (s - s.mean(-1, keepdim=True)).exp()
                / (s - s.mean(-1, keepdim=True)).exp().sum(-1, keepdim=True)
            ),
            "The mean is taken away: a score far above the mean still overflows. Take away the "
            "largest.",
        ),
        WrongAnswer(
            lambda s: s.clamp(max=80).exp() / s.clamp(max=80).exp().sum(dim=-1, keepdim=True),
            "Scores are cut off at a limit, and those above it look alike. A shift keeps their "
            "differences.",
        ),
        WrongAnswer(
            lambda s: (s - _top(s)).exp(),
            "These are the powers. Divide them by their sum, Z.",
        ),
        WrongAnswer(
            _over(lambda powers: powers.sum()),
            "One Z for the whole table: no row sums to one. Sum over the last axis, "
            "sum(dim=-1, keepdim=True).",
        ),
        WrongAnswer(
            _over(lambda powers: powers.sum(dim=0)),
            "The sum runs over axis 0, from row to row. The keys are on the last axis.",
        ),
        WrongAnswer(
            _over(lambda powers: powers.amax(dim=-1, keepdim=True) * powers.size(-1)),
            "Divided by the number of keys, which is Z only when all scores are equal.",
        ),
        WrongAnswer(
            lambda s: s.log_softmax(dim=-1),
            "These are the logarithms of the probabilities: s - ln Z. One exp is missing.",
        ),
    ),
    hints=(
        "What is torch.tensor(1e4).exp()? And what does a softmax say when every score is lowered "
        "by the same number?",
        "Lower each row by its largest score: scores.amax(dim=-1, keepdim=True). Then the largest "
        "exponential is 1.",
        "powers = (scores - largest).exp(), then powers / powers.sum(dim=-1, keepdim=True).",
    ),
)


def _lies_above_the_largest(answer, scores):
    found = answer(scores) - scores.amax(dim=-1)
    return bool(
        (found >= -1e-3).all() and (found <= 1e-3 + torch.tensor(scores.size(-1)).log()).all()
    )


_LOGSUMEXP = Exercise(
    id="logsumexp",
    chapter="04_mathematics",
    number="4.2",
    title="The logarithm of Z",
    difficulty=2,
    minutes=8,
    reference="lmlab.nn.partition.logsumexp",
    cases=_scores,
    invariants=(
        Invariant(
            "lies above the largest",
            _lies_above_the_largest,
            "ln Z of n scores must lie between the largest of them and ln n above it.",
        ),
    ),
    wrong_answers=(
        WrongAnswer(
            lambda s: s.exp().sum(dim=-1).log(),
            "The formula as it stands: exp(1e4) is inf, and exp(-1e4) is 0, whose logarithm is "
            "-inf. Take the largest score out of the sum first.",
        ),
        WrongAnswer(
            lambda s: (s - _top(s)).exp().sum(dim=-1).log(),
            "The largest score was taken away and not put back: ln Z = m + ln Σ exp(s - m).",
        ),
        WrongAnswer(
            lambda s: (s - _top(s)).exp().sum(dim=-1).log() - _top(s).squeeze(-1),
            "The largest score is taken away twice. exp(-m) was a factor of every term; its "
            "logarithm is made up for by + m.",
        ),
        WrongAnswer(
            lambda s: s.amax(dim=-1),
            "This is the largest score. ln Z is near it, and above it by what the others add.",
        ),
        WrongAnswer(
            lambda s: s.sum(dim=-1),
            "The logarithm of a sum is not the sum of the logarithms.",
        ),
        WrongAnswer(
            lambda s: s.max() + (s - s.max()).exp().sum(dim=-1).log(),
            "The largest score of all rows is used: in a row far below it every exponential "
            "becomes 0. Each row needs its own.",
        ),
        WrongAnswer(
            lambda s: s.amax(-1) + (s - _top(s)).exp().mean(dim=-1).log(),
            "The mean of the exponentials is taken; Z is their sum.",
        ),
        WrongAnswer(
            lambda s: _top(s) + (s - _top(s)).exp().sum(dim=-1, keepdim=True).log(),
            "The right numbers with an axis too many: one number for each row is wanted, so the "
            "last axis goes.",
        ),
        WrongAnswer(
            lambda s: s.amax(dim=-1) * (s - _top(s)).exp().sum(dim=-1).log(),
            "A factor inside a logarithm becomes a summand outside: m + ln Σ exp(s - m).",
        ),
    ),
    hints=(
        "Z = Σ exp(s). Take a factor exp(m) out of the sum. What becomes of it in ln Z?",
        "ln Z = m + ln Σ exp(s - m), for any m. Which m keeps every exponential at 1 or below?",
        "largest = scores.amax(dim=-1, keepdim=True); the first m needs .squeeze(-1).",
    ),
)

EXERCISES = (_SOFTMAX, _LOGSUMEXP)
