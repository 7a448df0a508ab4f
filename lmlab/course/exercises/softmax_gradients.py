"""Backward through the softmax, and through softmax and cross-entropy together."""

import torch

from lmlab.course.exercise import Exercise, Invariant, WrongAnswer

CHAPTER = "03_2_backward_pass"


def _distributions(seed):
    """Two distributions over three, then more of them, with more axes in front."""
    generator = torch.Generator().manual_seed(seed)
    for shape in ((2, 3), (4, 5), (2, 3, 4)):
        logits, grad = torch.randn(2, *shape, generator=generator)
        yield logits.softmax(dim=-1), grad


def _sums_to_zero(answer, probs, grad):
    sums = answer(probs, grad).sum(dim=-1)
    return torch.allclose(sums, torch.zeros_like(sums), atol=1e-5)


SOFTMAX = Exercise(
    id="softmax_backward",
    chapter=CHAPTER,
    number="3.2.6",
    title="Backward through a softmax",
    difficulty=2,
    minutes=12,
    reference="lmlab.autograd.by_hand.softmax_backward",
    cases=_distributions,
    invariants=(
        Invariant(
            "sums to zero",
            _sums_to_zero,
            "A constant added to all x changes no probability, so the gradients must sum to zero.",
        ),
    ),
    wrong_answers=(
        WrongAnswer(
            lambda probs, grad: probs * grad,
            "Each probability depends on every x, through the sum below the line: Σ p g is to be "
            "taken off g.",
        ),
        WrongAnswer(
            lambda probs, grad: probs * (1 - probs) * grad,
            "This is the slope of a sigmoid, the diagonal of the matrix: but p₁ depends on x₂ as "
            "well.",
        ),
        WrongAnswer(
            lambda probs, grad: probs * (grad - grad.mean(dim=-1, keepdim=True)),
            "The mean that is taken off must be weighted by the probabilities: Σ p g.",
        ),
        WrongAnswer(
            lambda probs, grad: probs * (grad - grad.sum(dim=-1, keepdim=True)),
            "In the sum, each g must be weighted by its probability: Σ p g, not Σ g.",
        ),
        WrongAnswer(
            lambda probs, grad: probs * (grad - (probs * grad).sum()),
            "The sum runs over the whole tensor; each distribution has its own: dim=-1, "
            "keepdim=True.",
        ),
        WrongAnswer(
            lambda probs, grad: probs * (grad - (probs * grad).sum(dim=0, keepdim=True)),
            "The sum runs over the first axis; a distribution lies along the last.",
        ),
        WrongAnswer(
            lambda probs, grad: grad - (probs * grad).sum(dim=-1, keepdim=True),
            "The factor p in front is missing: what is improbable hardly moves.",
        ),
        WrongAnswer(
            lambda probs, grad: probs * ((probs * grad).sum(dim=-1, keepdim=True) - grad),
            "The sign is turned round: it is g - Σ p g.",
        ),
    ),
    hints=(
        "The derivative of p_i by x_j is p_i (1 - p_i) where i = j, and -p_i p_j elsewhere.",
        "Multiply by g_i and sum over i: p_j g_j - p_j Σ p_i g_i.",
        "probs * (grad - s), where s is the sum of probs * grad over the last axis, kept as an "
        "axis.",
    ),
)


def _predictions(seed):
    """One prediction among three tokens; then batches, and texts of several tokens."""
    generator = torch.Generator().manual_seed(seed)
    yield torch.tensor([[2.0, 0.0, 1.0]]), torch.tensor([0])
    for batch, vocab_size in (((4,), 3), ((3,), 5), ((2, 3), 4)):
        logits = 2 * torch.randn(*batch, vocab_size, generator=generator)
        yield logits, torch.randint(vocab_size, batch, generator=generator)


def _rows_sum_to_zero(answer, logits, targets):
    sums = answer(logits, targets).sum(dim=-1)
    return torch.allclose(sums, torch.zeros_like(sums), atol=1e-6)


def _is_stable(answer, logits, targets):
    return bool(torch.isfinite(answer(1e4 * logits, targets)).all())


def _minus_targets(probs, targets, factor=1.0):
    return probs - factor * torch.nn.functional.one_hot(targets, probs.size(-1))


def _by_probability(logits, targets):
    probs = logits.softmax(dim=-1)
    return -_minus_targets(0 * probs, targets, -1.0) / probs / targets.numel()


CROSS_ENTROPY = Exercise(
    id="cross_entropy_backward",
    chapter=CHAPTER,
    number="3.2.7",
    title="Where every gradient begins",
    difficulty=2,
    minutes=10,
    reference="lmlab.autograd.by_hand.cross_entropy_backward",
    cases=_predictions,
    invariants=(
        Invariant(
            "rows sum to zero",
            _rows_sum_to_zero,
            "What the target's logit is pulled up, the others are pushed down together: each row "
            "must sum to zero.",
        ),
        Invariant(
            "large logits are harmless",
            _is_stable,
            "With logits of some thousands there is nan or inf: use logits.softmax(dim=-1), which "
            "takes the largest off first.",
        ),
    ),
    wrong_answers=(
        WrongAnswer(
            lambda logits, targets: _minus_targets(logits.softmax(-1), targets),
            "p - y it is; but the loss is a mean over N targets, so each gets 1/N of it.",
        ),
        WrongAnswer(
            lambda logits, targets: -_minus_targets(logits.softmax(-1), targets) / targets.numel(),
            "The sign is turned round: more of a wrong logit raises the loss, so it is p - y.",
        ),
        WrongAnswer(
            lambda logits, targets: logits.softmax(-1) / targets.numel(),
            "This is p / N: at the target, 1 is to be taken off.",
        ),
        WrongAnswer(
            lambda logits, targets: _minus_targets(logits, targets) / targets.numel(),
            "The softmax is missing: it is the probabilities that are compared with the targets.",
        ),
        WrongAnswer(
            _by_probability,
            "This is -1/p at the target, the gradient by the probabilities. Go on through the "
            "softmax, to the logits; then it gets simpler.",
        ),
        WrongAnswer(
            lambda logits, targets: _minus_targets(logits.softmax(-1), targets) / logits.numel(),
            "Divided by all numbers in logits; the mean is over the targets, one for each row.",
        ),
        WrongAnswer(
            lambda logits, targets: _minus_targets(logits.softmax(-1), targets) / len(targets),
            "Divided by the number of texts; with several targets in a text, N is targets.numel().",
        ),
        WrongAnswer(
            lambda logits, targets: _minus_targets(logits.softmax(0), targets) / targets.numel(),
            "The softmax runs over the rows; each row is a distribution of its own: dim=-1.",
        ),
    ),
    hints=(
        "Take one row. loss = -x_target + log Σ exp(x). What is its derivative by x_target, and by "
        "another x?",
        "It is p at every token, and at the target p - 1: the prediction minus the truth.",
        "grad = logits.softmax(dim=-1); take 1 off at the targets (one_hot, or scatter_add_); "
        "divide by targets.numel().",
    ),
)

EXERCISES = (SOFTMAX, CROSS_ENTROPY)
