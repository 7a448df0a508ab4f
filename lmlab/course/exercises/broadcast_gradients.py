"""What broadcasting copied is added up on the way back."""

import torch

from lmlab.course.exercise import Exercise, Invariant, WrongAnswer

_SHAPES = (
    ((2, 3), (3,)),  # a bias
    ((2, 3), (2, 1)),
    ((2, 3), (2, 3)),
    ((4, 2, 3), (2, 1)),
    ((2, 4, 3), (1, 4, 3)),
    ((3, 2), ()),
    ((2, 3, 4), (1, 1)),
)


def _broadcasts(seed):
    """A bias first; then a column, nothing to do, and both kinds of copy."""
    generator = torch.Generator().manual_seed(seed)
    for wide, shape in _SHAPES:
        yield 0.5 + torch.rand(wide, generator=generator), shape


def _keeps_the_total(answer, grad, shape):
    return torch.allclose(answer(grad, shape).sum(), grad.sum())


def _repeated(grad, shape):
    """The axes of `grad` in which an axis of length 1 was repeated."""
    new = grad.ndim - len(shape)
    return [new + place for place, length in enumerate(shape) if length == 1]


def _summed(grad, axes, keepdim=True):
    return grad.sum(dim=axes, keepdim=keepdim) if axes else grad


def _front_alone(grad, shape):
    return _summed(grad, list(range(grad.ndim - len(shape))), keepdim=False)


def _ones_alone(grad, shape):
    return _summed(grad, _repeated(grad, shape))


def _ones_lost(grad, shape):
    axes = [*range(grad.ndim - len(shape)), *_repeated(grad, shape)]
    return _summed(grad, axes, keepdim=False)


def _of_copies(choose):
    """One number for each place of the operand: `choose(copies)` of its copies, on a first axis."""

    def answer(grad, shape):
        new = grad.ndim - len(shape)
        axes = [*range(new), *_repeated(grad, shape)]
        rest = [axis for axis in range(grad.ndim) if axis not in axes]
        copies = grad.permute(*axes, *rest).flatten(0, len(axes) - 1) if axes else grad[None]
        return choose(copies).reshape(shape)

    return answer


EXERCISES = (
    Exercise(
        id="sum_to_shape",
        chapter="03_2_backward_pass",
        number="3.2.3",
        title="Broadcasting backward",
        difficulty=2,
        minutes=12,
        reference="lmlab.autograd.broadcasting.sum_to_shape",
        cases=_broadcasts,
        invariants=(
            Invariant(
                "keeps the total",
                _keeps_the_total,
                "Adding up copies must leave the total of all gradients as it is.",
            ),
        ),
        wrong_answers=(
            WrongAnswer(
                lambda grad, shape: grad,
                "The gradient still has the shape of the result; the operand's shape is wanted.",
            ),
            WrongAnswer(
                _front_alone,
                "The new axes in front are added up, but an axis of length 1 that was repeated is "
                "too: sum it and keep its length 1.",
            ),
            WrongAnswer(
                _ones_alone,
                "The axes of length 1 are right. But broadcasting also puts new axes in front, "
                "where the operand has fewer: add those up as well.",
            ),
            WrongAnswer(
                _ones_lost,
                "An axis of length 1 has vanished: sum it with keepdim=True, so that the shape is "
                "the operand's again.",
            ),
            WrongAnswer(
                _of_copies(lambda copies: copies.mean(dim=0)),
                "This is the mean over the copies. Each of them moves the loss, so their gradients "
                "are added.",
            ),
            WrongAnswer(
                _of_copies(lambda copies: copies[0]),
                "This is the gradient of the first copy; those of all copies are to be added.",
            ),
            WrongAnswer(
                _of_copies(lambda copies: copies.amax(dim=0)),
                "This is the largest gradient among the copies; it is their sum that counts.",
            ),
            WrongAnswer(
                lambda grad, shape: grad.sum().expand(shape),
                "Everything is added up, also what was never copied: sum only over axes that are "
                "new or had length 1.",
            ),
        ),
        hints=(
            "A bias of shape (3,) is added to 2 rows. How many gradients come back for one number "
            "of it, and what becomes of them?",
            "Two kinds of axes were made by copying: those in front that the operand does not have "
            "(grad.ndim - len(shape) of them), and those where the operand has length 1.",
            "grad.sum(dim=axes, keepdim=True).reshape(shape) with the numbers of all these axes; "
            "but with no axes at all, sum would add up everything: return grad then.",
        ),
    ),
)
