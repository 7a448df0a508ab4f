"""Dropout, and the window through which a long text is read."""

import random

import torch

from lmlab.course.exercise import Exercise, Invariant, Quiz, WrongAnswer


def _chances(seed):
    """Numbers that one can follow by head, a meeting of u and p, then any."""
    generator = torch.Generator().manual_seed(seed)
    yield torch.tensor([1.0, 2.0, 3.0, 4.0]), 0.5, torch.tensor([0.1, 0.5, 0.9, 0.3])
    yield torch.tensor([[1.0, 2.0], [3.0, 4.0]]), 0.0, torch.tensor([[0.0, 0.2], [0.6, 0.9]])
    for shape in ((2, 30), (3, 4, 5)):
        x, u = torch.randn(shape, generator=generator), torch.rand(shape, generator=generator)
        yield x, 0.25, u


def _nothing_is_lost_at_0(answer, x, p, u):
    return torch.allclose(answer(x, 0.0, u), x)


def _mean_stays(answer, x, p, u):
    """Over all u, evenly spread, the mean of what comes out is what went in."""
    spread = torch.arange(1000) / 1000
    return abs(float(answer(torch.ones(1000), p, spread).mean()) - 1) < 0.01


def _lengths(seed):
    """Texts that fit, that just do not, and long ones; contexts even, odd and of one token."""
    rng = random.Random(seed)
    yield 9, 8
    yield 8, 8
    yield 3, 8
    yield 12, 8
    yield 13, 8
    yield 40, 7
    yield 5, 1
    for _ in range(4):
        context_length = rng.randint(2, 9)
        yield context_length + rng.randint(0, 30), context_length


def _window_fits(answer, length, context_length):
    start = answer(length, context_length)
    return 0 <= start < length and length - start <= context_length


def _half_a_context_is_left(answer, length, context_length):
    seen = length - answer(length, context_length)
    return length <= context_length or seen > context_length / 2 - 1


def _moves_by(stride, up=True):
    """A window that moves by strides, rounded up or down."""

    def answer(length, context_length):
        step = max(1, stride(context_length))
        over = length - context_length
        return max(0, (-(-over // step) if up else over // step) * step)

    return answer


EXERCISES = (
    Exercise(
        id="dropout",
        chapter="05_build_a_gpt",
        number="5.5",
        title="Leave out, and keep the mean",
        difficulty=1,
        minutes=6,
        reference="lmlab.nn.dropout.dropout",
        cases=_chances,
        invariants=(
            Invariant(
                "p = 0 changes nothing",
                _nothing_is_lost_at_0,
                "With p = 0 nothing is left out and nothing changes.",
            ),
            Invariant(
                "the mean stays",
                _mean_stays,
                "On average over u, what comes out must be what went in.",
            ),
        ),
        wrong_answers=(
            WrongAnswer(
                lambda x, p, u: x * (u >= p),
                "What is left is not scaled: the sum shrinks in training and not later. Divide "
                "by 1 - p.",
            ),
            WrongAnswer(
                lambda x, p, u: x * (u < p) / (1 - p),
                "The wrong ones are left out: a number goes where u is *below* p.",
            ),
            WrongAnswer(
                lambda x, p, u: x * (u >= p) * (1 - p),
                "What is left is multiplied by 1 - p; it must grow, to make up for what is gone: "
                "divide.",
            ),
            WrongAnswer(
                lambda x, p, u: x * (u > p) / (1 - p),
                "Right but where u is exactly p: that one stays. With p = 0 and u = 0 a number "
                "would be lost.",
            ),
            WrongAnswer(
                lambda x, p, u: x[u >= p] / (1 - p),
                "The numbers are cut out of the tensor. It must keep its shape, with 0 in their "
                "places.",
            ),
            WrongAnswer(
                lambda x, p, u: x * (u >= p) / (u >= p).float().mean(),
                "This divides by the share that happened to stay. Divide by the expected one, "
                "1 - p, or tokens depend on each other by chance.",
            ),
            WrongAnswer(
                lambda x, p, u: (x * (u >= p) / p) if p else x,
                "Divided by p, the share that goes. What is left is the share 1 - p.",
            ),
        ),
        hints=(
            "p is the share that is left out. Which numbers go, where u falls evenly on 0 to 1?",
            "u >= p is True in the share 1 - p of the places; True counts as 1 in a product.",
            "x * (u >= p) / (1 - p)",
        ),
        quiz=Quiz(
            "When the model writes, dropout is switched off. What must then be done to the "
            "numbers?",
            {
                "nothing": "The division by 1 - p in training has seen to the mean.",
                "multiply by 1 - p": "So it was done in 2014; the division in training makes it "
                "needless.",
                "divide by 1 - p": "That is done in training, when some are missing.",
            },
            answer="nothing",
        ),
    ),
    Exercise(
        id="window_start",
        chapter="05_build_a_gpt",
        number="5.3",
        title="A text that outgrows the context",
        difficulty=2,
        minutes=10,
        reference="lmlab.generate.decoding.window_start",
        cases=_lengths,
        invariants=(
            Invariant(
                "the window fits",
                _window_fits,
                "From the start to the end there must be at most context_length tokens, and at "
                "least one.",
            ),
            Invariant(
                "half a context is left",
                _half_a_context_is_left,
                "After a move, about half a context must still be in sight.",
            ),
        ),
        wrong_answers=(
            WrongAnswer(
                lambda length, context_length: max(0, length - context_length),
                "The window moves by one token at a time. It is to move by half a context, and "
                "rest in between, so that a cache stays valid.",
            ),
            WrongAnswer(
                lambda length, context_length: 0,
                "A long text does not fit: the window has to move.",
            ),
            WrongAnswer(
                _moves_by(lambda context_length: context_length),
                "The window moves by a whole context: right after a move the model sees a single "
                "token. Move by half.",
            ),
            WrongAnswer(
                _moves_by(lambda context_length: context_length // 2, up=False),
                "Rounded down: the text is still too long by the rest. Round the number of moves "
                "up.",
            ),
            WrongAnswer(
                lambda length, context_length: (
                    (length > context_length) * max(1, context_length // 2)
                ),
                "The window moves once only. A longer text needs more moves.",
            ),
            WrongAnswer(
                lambda length, context_length: (
                    -(-(length - context_length) // max(1, context_length // 2))
                    * max(1, context_length // 2)
                ),
                "For a text that fits, the start is negative: it must be 0.",
            ),
            WrongAnswer(
                lambda length, context_length: max(
                    0,
                    ((length - context_length) // max(1, context_length // 2) + 1)
                    * max(1, context_length // 2),
                ),
                "One move too many where the text fits exactly. Round up, do not add one.",
            ),
            WrongAnswer(
                lambda length, context_length: (
                    max(0, -(-(length - context_length) // (context_length // 2)))
                    * (context_length // 2)
                ),
                "A context of one token has no half: the stride is at least 1.",
            ),
        ),
        hints=(
            "By how many tokens is the text too long? How many moves of half a context does it "
            "take to lose at least as many?",
            "Whole numbers round up by -(-a // b). A text that fits needs no move: max(0, …).",
            "stride = max(1, context_length // 2); moves = -(-(length - context_length) // "
            "stride); return max(0, moves * stride).",
        ),
    ),
)
