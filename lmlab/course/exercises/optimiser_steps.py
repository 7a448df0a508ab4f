"""One step of SGD with momentum, of Adam and of AdamW."""

import random

import torch

from lmlab.course.exercise import Exercise, Invariant, WrongAnswer

CHAPTER = "03_2_backward_pass"


def _descents(seed):
    """Two weights that have gathered speed, then matrices and other settings."""
    generator, rng = torch.Generator().manual_seed(seed), random.Random(seed)
    yield torch.tensor([1.0, 2.0]), torch.tensor([0.5, -1.0]), torch.tensor([1.0, 3.0]), 0.1, 0.9
    for shape in ((3,), (2, 3), (4, 2)):
        weight, grad, velocity = torch.randn(3, *shape, generator=generator)
        yield weight, grad, velocity, rng.uniform(0.05, 0.5), rng.uniform(0.5, 0.8)


def _can_do_without(answer, weight, grad, velocity, lr, momentum):
    moved, _ = answer(weight, grad, velocity, lr, 0.0)
    return torch.allclose(moved, weight - lr * grad)


def _sgd(velocity=lambda v, g, lr, m: m * v + g, weight=lambda w, g, old, v, lr: w - lr * v):
    """A step with one of its two lines changed."""

    def answer(w, g, v, lr, momentum):
        new = velocity(v, g, lr, momentum)
        return weight(w, g, v, new, lr), new

    return answer


SGD = Exercise(
    id="sgd_step",
    chapter=CHAPTER,
    number="3.2.10",
    title="A step with momentum",
    difficulty=1,
    minutes=6,
    reference="lmlab.training.steps.sgd_step",
    cases=_descents,
    invariants=(
        Invariant(
            "can do without momentum",
            _can_do_without,
            "With momentum 0 the step must be plain gradient descent.",
        ),
    ),
    wrong_answers=(
        WrongAnswer(
            _sgd(weight=lambda w, g, old, v, lr: w + lr * v),
            "This goes uphill: the gradient points to where the loss grows, so subtract.",
        ),
        WrongAnswer(
            _sgd(velocity=lambda v, g, lr, m: g),
            "The old velocity is not used: this is plain gradient descent.",
        ),
        WrongAnswer(
            _sgd(velocity=lambda v, g, lr, m: m * v + (1 - m) * g),
            "This velocity is a running mean, as Adam keeps one; here the gradient is added whole.",
        ),
        WrongAnswer(
            _sgd(velocity=lambda v, g, lr, m: m * (v + g)),
            "The new gradient is slowed down too: momentum multiplies the old velocity alone.",
        ),
        WrongAnswer(
            _sgd(velocity=lambda v, g, lr, m: v + g),
            "The velocity never slows down: multiply the old one by momentum first.",
        ),
        WrongAnswer(
            _sgd(weight=lambda w, g, old, v, lr: w - lr * old),
            "The weight moves with the velocity of the step before: use the new one.",
        ),
        WrongAnswer(
            _sgd(weight=lambda w, g, old, v, lr: w - lr * g),
            "The new velocity is right, but the weight moves along the gradient alone.",
        ),
        WrongAnswer(
            _sgd(
                velocity=lambda v, g, lr, m: m * v + lr * g,
                weight=lambda w, g, old, v, lr: w - v,
            ),
            "The learning rate is inside the velocity. It works, but changing it would act late: "
            "here it multiplies the velocity when the weight moves.",
        ),
        WrongAnswer(
            lambda w, g, v, lr, momentum: _sgd()(w, g, v, lr, momentum)[::-1],
            "The two results are exchanged: the weight comes first, then the velocity.",
        ),
    ),
    hints=(
        "Two lines: first the velocity takes in the gradient, then the weight moves with it.",
        "velocity = momentum * velocity + grad.",
        "weight - lr * velocity, with the new velocity; return both.",
    ),
)


def _adam_cases(seed):
    """The first step, from memories of zero; then later ones, with an eps that can be seen."""
    generator, rng = torch.Generator().manual_seed(seed), random.Random(seed)
    zero = torch.zeros(2)
    yield torch.tensor([1.0, 2.0]), torch.tensor([0.5, -0.1]), zero, zero, 1, 0.1, 0.9, 0.99, 1e-8
    for shape, step in (((3,), 2), ((2, 3), 5), ((4, 2), 12)):
        weight, grad, mean = torch.randn(3, *shape, generator=generator)
        square = 0.2 + torch.rand(*shape, generator=generator)
        lr, beta1, beta2 = rng.uniform(0.1, 0.5), rng.uniform(0.5, 0.8), rng.uniform(0.85, 0.95)
        yield weight, grad, mean, square, step, lr, beta1, beta2, 0.1


def _ignores_scale(answer, weight, grad, mean, square, step, lr, beta1, beta2, eps):
    """A loss measured in other units gives the same step, but for eps."""
    rest = step, lr, beta1, beta2, 1e-12
    once = answer(weight, grad, mean, square, *rest)[0]
    return torch.allclose(
        once, answer(weight, 9 * grad, 9 * mean, 81 * square, *rest)[0], atol=1e-4
    )


def _adam(
    mean=lambda m, g, b: b * m + (1 - b) * g,
    square=lambda s, g, b: b * s + (1 - b) * g**2,
    correct=lambda x, b, step: x / (1 - b**step),
    move=lambda m, s, eps: m / (s.sqrt() + eps),
    sign=-1,
):
    """A step with one of its lines changed."""

    def answer(w, g, m, s, step, lr, beta1, beta2, eps):
        m, s = mean(m, g, beta1), square(s, g, beta2)
        moved = move(correct(m, beta1, step), correct(s, beta2, step), eps)
        return w + sign * lr * moved, m, s

    return answer


def _corrected_memory(w, g, m, s, step, lr, beta1, beta2, eps):
    moved, m, s = _adam()(w, g, m, s, step, lr, beta1, beta2, eps)
    return moved, m / (1 - beta1**step), s / (1 - beta2**step)


def _one_beta(w, g, m, s, step, lr, beta1, beta2, eps):
    return _adam()(w, g, m, s, step, lr, beta1, beta1, eps)


ADAM = Exercise(
    id="adam_step",
    chapter=CHAPTER,
    number="3.2.11",
    title="A step of Adam",
    difficulty=2,
    minutes=12,
    reference="lmlab.training.steps.adam_step",
    cases=_adam_cases,
    invariants=(
        Invariant(
            "ignores scale",
            _ignores_scale,
            "A loss that is nine times as large must give the same step: that is what the root is "
            "for.",
        ),
    ),
    wrong_answers=(
        WrongAnswer(
            _adam(correct=lambda x, b, step: x),
            "The bias correction is missing: both means began at 0 and are too small at first. "
            "Divide by 1 - beta ** step.",
        ),
        WrongAnswer(
            _adam(correct=lambda x, b, step: x / (1 - b)),
            "Divided by 1 - beta at every step; the correction fades: 1 - beta ** step.",
        ),
        WrongAnswer(
            _adam(correct=lambda x, b, step: x / (1 - b ** (step + 1))),
            "The correction is one step ahead: `step` is 1 at the first step, so it is "
            "beta ** step.",
        ),
        WrongAnswer(
            _corrected_memory,
            "The step is right, but the corrected means are returned: keep them as they are, and "
            "correct copies, or they are corrected again and again.",
        ),
        WrongAnswer(
            _adam(square=lambda s, g, b: b * s + (1 - b) * g),
            "The second mean is of the gradient's square, grad ** 2.",
        ),
        WrongAnswer(
            _adam(move=lambda m, s, eps: m / (s + eps)),
            "The root is missing: divide by √s, which has the unit of a gradient.",
        ),
        WrongAnswer(
            _adam(move=lambda m, s, eps: m / (s + eps).sqrt()),
            "eps stands under the root; it is added after it: √s + eps.",
        ),
        WrongAnswer(
            _one_beta,
            "The mean of the squares forgets at the pace of beta1; it has its own, beta2.",
        ),
        WrongAnswer(
            _adam(mean=lambda m, g, b: b * m + g),
            "The gradient is added whole, as in momentum; a running mean takes in (1 - beta1) of "
            "it.",
        ),
        WrongAnswer(
            _adam(mean=lambda m, g, b: (1 - b) * m + b * g),
            "The betas are the share that is kept; here they are the share that is taken in.",
        ),
        WrongAnswer(
            _adam(sign=1),
            "This goes uphill: subtract the step from the weight.",
        ),
    ),
    hints=(
        "Four lines: update the two running means, correct copies of them, move the weight.",
        "mean = beta1 * mean + (1 - beta1) * grad, and likewise the mean of grad ** 2 with beta2. "
        "m = mean / (1 - beta1**step).",
        "weight - lr * m / (s.sqrt() + eps); return it with mean and square, uncorrected.",
    ),
)


def _adamw_cases(seed):
    """Adam's cases with a decay, strong enough to be seen."""
    rng = random.Random(seed)
    for case in _adam_cases(seed):
        yield *case, rng.uniform(0.2, 0.6)


def _adamw(before=lambda w, lr, decay: w, after=lambda w, lr, decay: 0.0, to_grad=0.0):
    """Adam with something done to the weight before the step, after it, or to its gradient."""

    def answer(w, g, m, s, step, lr, beta1, beta2, eps, weight_decay):
        g = g + to_grad * weight_decay * w
        moved, m, s = _adam()(before(w, lr, weight_decay), g, m, s, step, lr, beta1, beta2, eps)
        return moved + after(moved, lr, weight_decay), m, s

    return answer


ADAMW = Exercise(
    id="adamw_step",
    chapter=CHAPTER,
    number="3.2.12",
    title="Decay beside Adam",
    difficulty=2,
    minutes=8,
    reference="lmlab.training.steps.adamw_step",
    cases=_adamw_cases,
    wrong_answers=(
        WrongAnswer(
            _adamw(to_grad=1.0),
            "The decay is added to the gradient, so Adam divides it by √s like everything else and "
            "large gradients shield a weight from it. Shrink the weight itself.",
        ),
        WrongAnswer(_adamw(), "There is no decay yet: this is Adam."),
        WrongAnswer(
            _adamw(before=lambda w, lr, decay: w * (1 - decay)),
            "The decay is not multiplied by the learning rate: weights would be gone in a few "
            "steps.",
        ),
        WrongAnswer(
            _adamw(before=lambda w, lr, decay: w * (1 + lr * decay)),
            "The weights grow: multiply by 1 - lr * weight_decay.",
        ),
        WrongAnswer(
            _adamw(after=lambda w, lr, decay: -lr * decay * w),
            "What Adam has just added decays as well: shrink the old weight, then take the step.",
        ),
        WrongAnswer(
            _adamw(before=lambda w, lr, decay: w - lr * decay),
            "Every weight loses the same amount, whatever its size and sign; each is to lose the "
            "same share.",
        ),
        WrongAnswer(
            _adamw(before=lambda w, lr, decay: lr * decay * w),
            "This keeps the share that is to be taken off: multiply by 1 - lr * weight_decay.",
        ),
    ),
    hints=(
        "Adam's step stays as it is. What happens besides, to the weight alone?",
        "The weight that Adam starts from is weight * (1 - lr * weight_decay).",
        "Then all is as before: from lmlab.training.steps import adam_step.",
    ),
)

EXERCISES = (SGD, ADAM, ADAMW)
