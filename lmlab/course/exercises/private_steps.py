"""DP-SGD by hand: no example may pull too hard, and noise hides who pulled."""

import math

import torch

from lmlab.course.exercise import Exercise, Invariant, WrongAnswer
from lmlab.training.privacy.dp_sgd import clip_each, noisy_gradient

CHAPTER = "08_2_privacy_and_security"


def _gradients(seed):
    """A long gradient and a short one; then more, about as long as the limit."""
    generator = torch.Generator().manual_seed(seed)
    yield torch.tensor([[3.0, 4.0], [0.3, 0.4]]), 1.0
    for rows, weights, limit in ((4, 3, 2.0), (6, 10, 2.5)):
        gradients = torch.randn(rows, weights, generator=generator)
        lengths = limit * torch.linspace(0.3, 3.0, rows)  # below and above it
        yield torch.nn.functional.normalize(gradients, dim=1) * lengths[:, None], limit


def _none_too_long(answer, gradients, limit):
    return bool((answer(gradients, limit).norm(dim=1) <= limit * 1.0001).all())


def _sums(seed):
    """A sum of two weights; then longer ones."""
    generator = torch.Generator().manual_seed(seed)
    yield torch.tensor([4.0, -2.0]), 2.0, 0.5, 4, torch.tensor([1.0, -1.0])
    for limit, noise, batch, weights in ((0.5, 1.2, 32, 6), (3.0, 0.8, 200, 12)):
        total, z = torch.randn(2, weights, generator=generator)
        yield batch * limit * 0.2 * total, limit, noise, batch, z


def _without_noise_it_is_the_mean(answer, total, limit, noise, batch_size, z):
    return torch.allclose(answer(total, limit, 0.0, batch_size, z), total / batch_size)


EXERCISES = (
    Exercise(
        id="clip_each",
        chapter=CHAPTER,
        number="8.2.3",
        title="Clip each example",
        difficulty=2,
        minutes=10,
        reference="lmlab.training.privacy.dp_sgd.clip_each",
        cases=_gradients,
        invariants=(
            Invariant(
                "none is longer than the limit",
                _none_too_long,
                "Some row is longer than the limit: one example could move the model further than "
                "was promised.",
            ),
        ),
        wrong_answers=(
            WrongAnswer(
                lambda g, limit: g * min(1.0, limit / g.norm().item()),
                "The whole batch is shortened as one, by the length of all rows together. Each "
                "row has a length of its own.",
            ),
            WrongAnswer(
                lambda g, limit: g * limit / g.norm(dim=1, keepdim=True),
                "Short rows are made longer. A row below the limit stays as it is.",
            ),
            WrongAnswer(
                lambda g, limit: g.clamp(-limit, limit),
                "Each number is cut by itself: that turns the gradient, and leaves it up to "
                "√weights times too long.",
            ),
            WrongAnswer(
                lambda g, limit: g * (limit / g.norm(dim=0, keepdim=True)).clamp(max=1),
                "The lengths are those of the columns, one for each weight. Take them along the "
                "weights, dim=1.",
            ),
            WrongAnswer(
                lambda g, limit: g * (limit / g.square().sum(1, keepdim=True)).clamp(max=1),
                "The root is missing: a length is the root of the sum of squares.",
            ),
            WrongAnswer(
                lambda g, limit: g * (g.norm(dim=1, keepdim=True) <= limit),
                "Rows that are too long are thrown away. They are shortened, and still count.",
            ),
            WrongAnswer(
                lambda g, limit: clip_each(g, limit).sum(dim=0),
                "The rows are right, and already added up. Return each by itself.",
            ),
        ),
        hints=(
            "How long is each row? By what must one be multiplied that is twice too long?",
            "By limit / length; and by 1 where that is above 1.",
            "gradients * (limit / gradients.norm(dim=1, keepdim=True)).clamp(max=1)",
        ),
    ),
    Exercise(
        id="noisy_gradient",
        chapter=CHAPTER,
        number="8.2.4",
        title="The step that gives nobody away",
        difficulty=2,
        minutes=8,
        reference="lmlab.training.privacy.dp_sgd.noisy_gradient",
        cases=_sums,
        invariants=(
            Invariant(
                "without noise it is the mean",
                _without_noise_it_is_the_mean,
                "With noise = 0, what is left must be total / batch_size.",
            ),
        ),
        wrong_answers=(
            WrongAnswer(
                lambda total, limit, noise, n, z: total / n + noise * limit * z,
                "The noise is added to the mean, batch_size times too large. It goes onto the sum, "
                "and is divided with it.",
            ),
            WrongAnswer(
                lambda total, limit, noise, n, z: (total + noise * z) / n,
                "The limit is missing: σ is in units of it. The further one example may pull, the "
                "more noise it takes to hide.",
            ),
            WrongAnswer(
                lambda total, limit, noise, n, z: (total + noise**2 * limit * z) / n,
                "σ is squared, a variance. z is multiplied by the standard deviation.",
            ),
            WrongAnswer(
                lambda total, limit, noise, n, z: total + noise * limit * z,
                "This is the sum: the mean is wanted, divided by batch_size.",
            ),
            WrongAnswer(
                lambda total, limit, noise, n, z: total / n,
                "The noise is missing: clipping alone promises nothing.",
            ),
            WrongAnswer(
                lambda total, limit, noise, n, z: (total + noise * limit * z / math.sqrt(n)) / n,
                "The noise is √batch_size times too small. What is to be hidden is one example, "
                "whatever the size of the batch.",
            ),
            WrongAnswer(
                lambda total, limit, noise, n, z: noisy_gradient(total, limit, noise, n, z[:1]),
                "One number is drawn, and all weights get the same: they need noise of their own.",
            ),
        ),
        hints=(
            "Two things are added and one division is made. What is the noise to hide: one "
            "example, whose gradient is at most `limit` long.",
            "The noise is σ · limit · z, on the sum.",
            "(total + noise * limit * z) / batch_size",
        ),
    ),
)
