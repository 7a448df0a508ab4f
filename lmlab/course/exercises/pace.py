"""How far a step may go: clipping the gradient, and the schedule of the learning rate."""

import math
import random

import torch

from lmlab.course.exercise import Exercise, Invariant, WrongAnswer
from lmlab.training import TrainingConfig

CHAPTER = "03_2_backward_pass"


def _gradients(seed):
    """3, 4 and 12 make 13, which is too long; then long and short ones of all shapes."""
    generator = torch.Generator().manual_seed(seed)
    yield [torch.tensor([3.0, 4.0]), torch.tensor([[12.0]])], 6.5
    for max_norm in (1.5, 100.0, 0.5):
        shapes = (3,), (2, 3), (2,)
        yield [2 * torch.randn(*shape, generator=generator) + 1 for shape in shapes], max_norm


def _length(grads):
    return math.sqrt(sum(float((grad**2).sum()) for grad in grads))


def _keeps_the_direction(answer, grads, max_norm):
    clipped = answer(grads, max_norm)
    scale = _length(clipped) / _length(grads)
    return all(torch.allclose(scale * a, b, atol=1e-5) for a, b in zip(grads, clipped, strict=True))


def _is_not_longer(answer, grads, max_norm):
    return _length(answer(grads, max_norm)) <= max_norm * (1 + 1e-4)


def _scaled(scale):
    return lambda grads, max_norm: [scale(grads, max_norm) * grad for grad in grads]


CLIP = Exercise(
    id="clip_gradients",
    chapter=CHAPTER,
    number="3.2.13",
    title="Clip the gradient",
    difficulty=1,
    minutes=8,
    reference="lmlab.training.steps.clip_gradients",
    cases=_gradients,
    invariants=(
        Invariant(
            "keeps the direction",
            _keeps_the_direction,
            "The direction has changed: all gradients are to be scaled by one and the same number.",
        ),
        Invariant(
            "is not longer",
            _is_not_longer,
            "Taken together, the gradients are still longer than max_norm.",
        ),
    ),
    wrong_answers=(
        WrongAnswer(
            lambda grads, max_norm: [
                grad * (max_norm / grad.norm()).clamp(max=1) for grad in grads
            ],
            "Each tensor is clipped by itself, which bends the direction: the length is that of "
            "all of them together.",
        ),
        WrongAnswer(
            lambda grads, max_norm: [grad.clamp(-max_norm, max_norm) for grad in grads],
            "Each number is cut off at max_norm, which bends the direction: scale them all alike.",
        ),
        WrongAnswer(
            _scaled(lambda grads, max_norm: max_norm / _length(grads)),
            "Short gradients are made longer: the scale is 1 at most.",
        ),
        WrongAnswer(
            _scaled(lambda grads, max_norm: min(1.0, 1 / _length(grads))),
            "The gradients end 1 long and not max_norm long.",
        ),
        WrongAnswer(
            _scaled(lambda grads, max_norm: max(1.0, max_norm / _length(grads))),
            "The comparison is turned round: long gradients stay and short ones grow. Use min.",
        ),
        WrongAnswer(
            _scaled(lambda grads, max_norm: min(1.0, max_norm / sum(g.norm() for g in grads))),
            "The lengths of the tensors are added up. The length of all of them is the root of the "
            "sum of all squares.",
        ),
        WrongAnswer(
            _scaled(lambda grads, max_norm: min(1.0, max_norm / _length(grads) ** 2)),
            "The root is missing: the sum of the squares is the square of the length.",
        ),
        WrongAnswer(
            _scaled(
                lambda grads, max_norm: min(1.0, max_norm / max(float(g.norm()) for g in grads))
            ),
            "The longest tensor decides; it is the length of all of them together that counts.",
        ),
    ),
    hints=(
        "Lay all gradients end to end as one long vector. How long is it?",
        "norm is the root of the sum of all squares. When it is above max_norm, multiply each "
        "gradient by max_norm / norm.",
        "scale = min(1, max_norm / norm), and [scale * grad for grad in grads].",
    ),
)


def _moments(seed):
    """A line down after a warm-up, then a cosine, a late fall, and none."""
    rng = random.Random(seed)
    for decay, share, warmup in (
        ("linear", 1.0, 4),
        ("cosine", 1.0, 0),
        ("linear", 0.5, 3),
        ("cosine", 0.4, 5),
        ("none", 1.0, 2),
    ):
        steps = rng.randrange(40, 60, 2)
        config = TrainingConfig(steps=steps, warmup_steps=warmup, decay=decay, decay_share=share)
        for step in (0, 1, steps // 2 - 3, steps - 9, steps - 1):
            yield step, config


def _is_a_share(answer, step, config):
    return 0 < answer(step, config) <= 1


def _factor(
    climb=lambda step, c: min(1, (step + 1) / (c.warmup_steps + 1)),
    left=lambda step, c: (c.steps - step) / (c.decay_share * c.steps),
    cosine=lambda left: 0.5 - 0.5 * math.cos(math.pi * left),
    linear=lambda left: left,
    join=lambda climb, fall: climb * fall,
):
    """The factor with one of its parts changed."""

    def answer(step, config):
        rest = min(1, left(step, config))
        fall = {"linear": linear(rest), "cosine": cosine(rest), "none": 1}[config.decay]
        return join(climb(step, config), fall)

    return answer


SCHEDULE = Exercise(
    id="learning_rate_factor",
    chapter=CHAPTER,
    number="3.2.14",
    title="Warm up, then fall to zero",
    difficulty=2,
    minutes=12,
    reference="lmlab.training.schedules.learning_rate_factor",
    cases=_moments,
    invariants=(
        Invariant(
            "is a share",
            _is_a_share,
            "The factor must lie above 0, for every step is to do something, and at most at 1.",
        ),
    ),
    wrong_answers=(
        WrongAnswer(
            _factor(climb=lambda step, c: 1),
            "The warm-up is missing: over the first steps the factor climbs.",
        ),
        WrongAnswer(
            _factor(climb=lambda step, c: min(1, step / (c.warmup_steps + 1))),
            "The first step, number 0, gets a factor of 0 and is wasted: climb with step + 1.",
        ),
        WrongAnswer(
            _factor(climb=lambda step, c: (step + 1) / (c.warmup_steps + 1)),
            "The climb never ends: it stops at 1, min(1, …).",
        ),
        WrongAnswer(
            _factor(left=lambda step, c: (c.steps - step) / c.steps),
            "The fall begins at once; with decay_share below 1 it begins later: what is left of "
            "the run, divided by decay_share · steps.",
        ),
        WrongAnswer(
            _factor(left=lambda step, c: (c.steps - step - 1) / (c.decay_share * c.steps)),
            "Zero is reached one step too early: the last step is number steps - 1, and it counts.",
        ),
        WrongAnswer(
            _factor(cosine=lambda left: left),
            "The cosine falls in a line: it is 0.5 - 0.5 · cos(π · left), slow at both ends.",
        ),
        WrongAnswer(
            _factor(cosine=lambda left: math.sin(math.pi / 2 * left)),
            "This is a quarter of a wave, steep at the end; half a wave is wanted, flat at both "
            "ends: 0.5 - 0.5 · cos(π · left).",
        ),
        WrongAnswer(
            _factor(cosine=lambda left: 0.5 + 0.5 * math.cos(math.pi * left)),
            "The cosine is upside down: it begins at 0 and ends at 1.",
        ),
        WrongAnswer(
            _factor(linear=lambda left: 1 - left),
            "The line is upside down: 1 when nothing has fallen yet, 0 at the end.",
        ),
        WrongAnswer(
            _factor(join=lambda climb, fall: climb if climb < 1 else fall),
            "While it warms up, the fall is forgotten. Both act together: multiply them.",
        ),
    ),
    hints=(
        "Two factors, multiplied: one that climbs over warmup_steps, one that falls at the end.",
        "climb = min(1, (step + 1) / (warmup_steps + 1)). For the fall: left = min(1, (steps - "
        "step) / (decay_share * steps)) goes from 1 to 0.",
        'decay "linear" is left, "cosine" 0.5 - 0.5 * math.cos(math.pi * left), "none" is 1.',
    ),
)

EXERCISES = (CLIP, SCHEDULE)
