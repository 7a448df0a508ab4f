"""Derivatives of numbers: the chain rule, and wiggling."""

import math
import random
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from lmlab.course.exercise import Exercise, Invariant, WrongAnswer

CHAPTER = "03_2_backward_pass"


def _neurons(seed):
    """The neuron of the chapter, then others; x stays away from 1 and w from x."""
    rng = random.Random(seed)
    yield 0.5, 2.0, -0.3, 1.0
    for _ in range(4):
        yield rng.uniform(-0.9, -0.2), rng.uniform(1.2, 2), rng.uniform(0.1, 0.5), 1.5


def _descends(answer, w, x, b, y):
    def loss(w, x, b):
        return (math.tanh(w * x + b) - y) ** 2

    dw, dx, db = answer(w, x, b, y)
    return loss(w - 1e-4 * dw, x - 1e-4 * dx, b - 1e-4 * db) < loss(w, x, b)


def _neuron(
    error=lambda t, y: 2 * (t - y),
    slope=lambda t, z: 1 - t**2,
    shares=lambda w, x: (x, w, 1),
):
    """The derivatives, with one of the three factors changed."""

    def answer(w, x, b, y):
        z = w * x + b
        t = math.tanh(z)
        return tuple(error(t, y) * slope(t, z) * share for share in shares(w, x))

    return answer


NEURON = Exercise(
    id="neuron_backward",
    chapter=CHAPTER,
    number="3.2.1",
    title="The chain rule through a neuron",
    difficulty=1,
    minutes=8,
    reference="lmlab.autograd.by_hand.neuron_backward",
    cases=_neurons,
    invariants=(
        Invariant(
            "descends",
            _descends,
            "A small step against these derivatives must lower the loss, and it does not.",
        ),
    ),
    wrong_answers=(
        WrongAnswer(
            _neuron(slope=lambda t, z: 1),
            "The slope of tanh is missing: on its way down the gradient is multiplied by 1 - t².",
        ),
        WrongAnswer(
            _neuron(slope=lambda t, z: 1 - z**2),
            "The slope of tanh is 1 - t² with t = tanh(z), its output; this is 1 - z², with its "
            "input.",
        ),
        WrongAnswer(
            _neuron(slope=lambda t, z: t),
            "The derivative of tanh is not tanh itself, as it would be with exp: it is 1 - t².",
        ),
        WrongAnswer(
            _neuron(error=lambda t, y: t - y),
            "The square gives a factor 2: the derivative of e² is 2 e.",
        ),
        WrongAnswer(
            _neuron(error=lambda t, y: 2 * (y - t)),
            "The sign is turned round: the loss grows with t where t lies above y, so it is t - y.",
        ),
        WrongAnswer(
            _neuron(error=lambda t, y: (t - y) ** 2),
            "This multiplies by the loss itself; its derivative by t is wanted, 2 (t - y).",
        ),
        WrongAnswer(
            _neuron(shares=lambda w, x: (w, x, 1)),
            "w and x are exchanged: in a product, each factor's derivative is the other factor.",
        ),
        WrongAnswer(
            _neuron(shares=lambda w, x: (x, w, x)),
            "b is not multiplied by x, so its derivative is not either: it is the slope alone.",
        ),
    ),
    hints=(
        "Go from the outside in: how does the loss change with t, t with z = w x + b, z with w?",
        "The three factors: 2 (t - y), then 1 - t², then x for w, w for x, and 1 for b.",
        "slope = 2 * (t - y) * (1 - t**2), and the answer is (slope * x, slope * w, slope).",
    ),
)


@dataclass(frozen=True)
class Formula:
    """A function that shows itself by its formula."""

    text: str
    function: Callable[[Tensor], Tensor]

    def __call__(self, x: Tensor) -> Tensor:
        """One number for all numbers of x."""
        return self.function(x)

    def __repr__(self) -> str:
        return self.text


CUBES = Formula("x₁³ + x₂³ + …", lambda x: (x**3).sum())
GROWTH = Formula("exp(x₁) + exp(x₂) + …", lambda x: x.exp().sum())
TANGLED = Formula("sin(x₁² + x₂² + …)", lambda x: (x**2).sum().sin())


def _functions(seed):
    """One number with a wide wiggle, then vectors and matrices with narrower ones."""
    generator = torch.Generator().manual_seed(seed)

    def numbers(*shape):
        return 0.5 + torch.rand(*shape, generator=generator, dtype=torch.float64)

    yield CUBES, torch.tensor([2.0], dtype=torch.float64), 0.1
    yield GROWTH, numbers(3), 0.01
    yield TANGLED, numbers(4), 0.02
    yield CUBES, numbers(2, 3), 0.05


def _is_exact_for_a_plane(answer, f, x, eps):
    slopes = torch.arange(1.0, 1.0 + x.numel(), dtype=x.dtype).reshape(x.shape)
    return torch.allclose(answer(lambda x: (slopes * x).sum(), x, eps), slopes)


def _wiggled(slope):
    """`slope(f, x, step, eps)` for each number, `step` being ε at its place and 0 elsewhere."""

    def answer(f, x, eps):
        gradient = torch.zeros_like(x)
        for place in np.ndindex(*x.shape):
            step = torch.zeros_like(x)
            step[place] = eps
            gradient[place] = slope(f, x, step, eps)
        return gradient

    return answer


def _never_put_back(f, x, eps):
    x, gradient = x.clone(), torch.zeros_like(x)
    for place in np.ndindex(*x.shape):
        x[place] += eps
        up = f(x)
        x[place] -= 2 * eps
        gradient[place] = (up - f(x)) / (2 * eps)
    return gradient


NUMERICAL = Exercise(
    id="numerical_gradient",
    chapter=CHAPTER,
    number="3.2.2",
    title="A gradient by wiggling",
    difficulty=2,
    minutes=10,
    reference="lmlab.autograd.gradient_check.numerical_gradient",
    cases=_functions,
    invariants=(
        Invariant(
            "exact for a plane",
            _is_exact_for_a_plane,
            "Of a function that is a plane, the slopes must come out exactly.",
        ),
    ),
    wrong_answers=(
        WrongAnswer(
            _wiggled(lambda f, x, step, eps: (f(x + step) - f(x)) / eps),
            "This looks to the right only, and is off by about ε: compare f(x + ε) with f(x - ε), "
            "and divide by 2 ε.",
        ),
        WrongAnswer(
            _wiggled(lambda f, x, step, eps: (f(x) - f(x - step)) / eps),
            "This looks to the left only, and is off by about ε: take f(x + ε) - f(x - ε), and "
            "divide by 2 ε.",
        ),
        WrongAnswer(
            _wiggled(lambda f, x, step, eps: (f(x + step) - f(x - step)) / eps),
            "From x - ε to x + ε it is 2 ε wide, and only ε was divided by.",
        ),
        WrongAnswer(
            _wiggled(lambda f, x, step, eps: (f(x + step) - f(x - step)) / 2 * eps),
            "/ 2 * eps divides by 2 and then multiplies by eps: write / (2 * eps).",
        ),
        WrongAnswer(
            _wiggled(lambda f, x, step, eps: f(x + step) - f(x - step)),
            "This is the difference; the slope is the difference divided by the width, 2 ε.",
        ),
        WrongAnswer(
            _wiggled(lambda f, x, step, eps: (f(x - step) - f(x + step)) / (2 * eps)),
            "The sign is turned round: f(x + ε) comes first.",
        ),
        WrongAnswer(
            _wiggled(lambda f, x, step, eps: (f(x + eps) - f(x - eps)) / (2 * eps)),
            "All numbers of x are moved at once, so every place gets the sum of all slopes: move "
            "one at a time.",
        ),
        WrongAnswer(
            _never_put_back,
            "A number that was moved is not put back before the next one is: start from a fresh "
            "x.clone() each time.",
        ),
    ),
    hints=(
        "For one number it is (f(x + eps) - f(x - eps)) / (2 * eps). For many: one at a time.",
        "Two copies, up = x.clone() and down = x.clone(); change the same place in both.",
        "for place in numpy.ndindex(*x.shape): goes through the places of any shape; then "
        "up[place] += eps, down[place] -= eps.",
    ),
)

EXERCISES = (NEURON, NUMERICAL)
