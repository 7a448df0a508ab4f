"""What remains of a gradient when its history is cut."""

import random

import torch
from torch import Tensor

from lmlab.course.exercise import Exercise, Invariant, WrongAnswer


def _texts(seed):
    """Texts of which the spans are a part; the last span is not always whole."""
    rng = random.Random(seed)
    yield torch.tensor(0.5), torch.tensor([1.0, -0.5, 0.5, 1.0]), 2
    for time, span in ((7, 3), (5, 2), (8, 4), (9, 3), (6, 4)):
        x = torch.tensor([rng.uniform(-1, 1) for _ in range(time)])
        yield torch.tensor(rng.choice((-1, 1)) * rng.uniform(0.5, 1.2)), x, span


def _knows_no_cut(answer, w, x, span):
    """The whole gradient, carried forward beside the state instead of back."""
    h = slope = total = torch.zeros(())
    for x_t in x:
        before, h = h, torch.tanh(w * h + x_t)
        slope = (1 - h**2) * (before + w * slope)
        total = total + slope
    return torch.allclose(answer(w, x, len(x)), total, atol=1e-4)


def _unrolled(
    cut=lambda t, span: t % span == 0,
    change=Tensor.detach,
    weight=lambda w, t, span: w,
    loss=Tensor.sum,
):
    """The gradient with one of its choices changed: where and how it is cut, what is summed."""

    def answer(w, x, span):
        w = w.detach().requires_grad_()
        h, states = torch.zeros_like(w), []
        for t, x_t in enumerate(x):
            if cut(t, span):
                h = change(h)
            h = torch.tanh(weight(w, t, span) * h + x_t)
            states.append(h)
        return torch.autograd.grad(loss(torch.stack(states)), w)[0]

    return answer


def _cut_before_it_counts(w, x, span):
    w = w.detach().requires_grad_()
    h, loss = torch.zeros_like(w), 0 * w
    for t, x_t in enumerate(x, start=1):
        h = torch.tanh(w * h + x_t)
        if t % span == 0:
            h = h.detach()
        loss = loss + h
    return torch.autograd.grad(loss, w)[0]


EXERCISES = (
    Exercise(
        id="truncated_gradient",
        chapter="02_1_language_models",
        number="2.1.7",
        title="A gradient with its history cut",
        difficulty=3,
        minutes=15,
        reference="lmlab.nn.recurrent.truncated_gradient",
        cases=_texts,
        invariants=(
            Invariant(
                "a long span cuts nothing",
                _knows_no_cut,
                "With a span as long as the text, the gradient must be the whole one.",
            ),
        ),
        wrong_answers=(
            WrongAnswer(
                _unrolled(cut=lambda t, span: False),
                "The history is never cut: this is the whole gradient. Detach the state before "
                "steps 0, span, 2 · span, …",
            ),
            WrongAnswer(
                _unrolled(cut=lambda t, span: True),
                "The history is cut before every step; it is to live for `span` steps.",
            ),
            WrongAnswer(
                _unrolled(cut=lambda t, span: t % span == span - 1),
                "Each cut comes one step early: the first step is step 0, so the first span ends "
                "before step number `span`.",
            ),
            WrongAnswer(
                _unrolled(cut=lambda t, span: t % span == 1),
                "Each cut comes one step late, after step 0, span, …: detach before the new state "
                "is computed.",
            ),
            WrongAnswer(
                _unrolled(cut=lambda t, span: t == span),
                "The history is cut once; it is to be cut again after each further span.",
            ),
            WrongAnswer(
                _cut_before_it_counts,
                "The last state of each span is detached before it is added to the loss, so that "
                "its own gradient is lost. Add it first, or detach before the next step.",
            ),
            WrongAnswer(
                _unrolled(change=torch.zeros_like),
                "The state starts again from zero. Only its history is to go; its value stays: "
                "h.detach().",
            ),
            WrongAnswer(
                _unrolled(
                    cut=lambda t, span: False,
                    weight=lambda w, t, span: w.detach() if t % span == 0 else w,
                ),
                "It is w that is detached. w is what we want the gradient of; the state is what "
                "carries the history.",
            ),
            WrongAnswer(
                _unrolled(loss=lambda states: states[-1]),
                "The loss is the last state alone; here it is the sum of all of them.",
            ),
            WrongAnswer(
                _unrolled(loss=Tensor.mean),
                "The loss is the mean of the states; here it is their sum.",
            ),
        ),
        hints=(
            "Write the loop first, without any cut: h = tanh(w * h + x_t), and the loss is the sum "
            "of all h. w needs requires_grad_().",
            "h.detach() is a state of the same value that remembers nothing of how it was made. "
            "When is it time for that, if steps count from 0?",
            "Before the step: if t % span == 0, h = h.detach(). After the loop: "
            "torch.autograd.grad(loss, w)[0].",
        ),
    ),
)
