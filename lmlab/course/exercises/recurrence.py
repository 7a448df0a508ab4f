"""One step of an LSTM."""

import torch
from torch.nn import functional as F

from lmlab.course.exercise import Exercise, Invariant, Quiz, WrongAnswer


def _steps(seed):
    """One memory of one text, then several of several."""
    generator = torch.Generator().manual_seed(seed)

    def normal(*shape):
        return torch.randn(*shape, generator=generator)

    for batch, d_hidden in ((1, 1), (2, 3), (3, 2), (1, 4), (5, 3)):
        gates = 4 * d_hidden
        yield (
            normal(batch, gates),
            normal(batch, d_hidden).tanh(),
            2 * normal(batch, d_hidden),
            normal(gates, d_hidden),
            normal(gates),
        )


def _stays_within_one(answer, from_x, h, c, weight, bias):
    return bool((answer(from_x, h, c, weight, bias)[0].abs() <= 1).all())


def _can_keep(answer, from_x, h, c, weight, bias):
    """With the input gate shut and the forget gate open, the memory is what it was."""
    size = torch.full_like(h, 50.0)
    _, kept = answer(torch.cat((-size, size, size, size), dim=-1), h, c, 0 * weight, 0 * bias)
    return torch.allclose(kept, c)


def _lstm(next_c=None, next_h=None, parts=lambda gates: gates.chunk(4, dim=-1)):
    """A step with one of its two lines, or the parts of the gates, changed."""
    next_c = next_c or (lambda i, f, g, c: f.sigmoid() * c + i.sigmoid() * g.tanh())
    next_h = next_h or (lambda o, c: o.sigmoid() * c.tanh())

    def answer(from_x, h, c, weight, bias):
        i, f, g, o = parts(from_x + F.linear(h, weight, bias))
        c = next_c(i, f, g, c)
        return next_h(o, c), c

    return answer


def _reordered(*order):
    """The parts in another order: place k of i, f, g, o is read at order[k]."""
    return lambda gates: [gates.chunk(4, dim=-1)[place] for place in order]


def _returning(choose):
    """The right step; `choose` makes what is returned of the old c and the new h and c."""

    def answer(from_x, h, c, weight, bias):
        return choose(c, *_lstm()(from_x, h, c, weight, bias))

    return answer


def _old_memory_shown(from_x, h, c, weight, bias):
    o = (from_x + F.linear(h, weight, bias)).chunk(4, dim=-1)[3]
    return o.sigmoid() * c.tanh(), _lstm()(from_x, h, c, weight, bias)[1]


EXERCISES = (
    Exercise(
        id="lstm_cell",
        chapter="02_1_language_models",
        number="2.1.6",
        title="One step of an LSTM",
        difficulty=3,
        minutes=15,
        reference="lmlab.nn.recurrent.lstm_cell",
        cases=_steps,
        invariants=(
            Invariant(
                "h stays within one",
                _stays_within_one,
                "h must stay between -1 and 1: it is a share of a tanh.",
            ),
            Invariant(
                "can keep what it knows",
                _can_keep,
                "With the input gate shut and the forget gate open, c must stay what it was.",
            ),
        ),
        wrong_answers=(
            WrongAnswer(
                _lstm(parts=_reordered(0, 1, 3, 2)),
                "The last two parts are taken for o and g; the order is i, f, g, o.",
            ),
            WrongAnswer(
                _lstm(parts=_reordered(1, 0, 2, 3)),
                "Input and forget gate are swapped: i lets in what is new, f keeps the old c. The "
                "order of the parts is i, f, g, o.",
            ),
            WrongAnswer(
                _lstm(lambda i, f, g, c: f.sigmoid() * c + i.sigmoid() * g.sigmoid()),
                "g went through a sigmoid. It is no gate but what is new, and may be negative: "
                "tanh.",
            ),
            WrongAnswer(
                _lstm(lambda i, f, g, c: f.sigmoid() * c + i.sigmoid() * g),
                "g is added as it is: it passes through tanh first.",
            ),
            WrongAnswer(
                _lstm(lambda i, f, g, c: i.sigmoid() * g.tanh()),
                "The old c is lost: what the forget gate leaves of it is added to what is new.",
            ),
            WrongAnswer(
                _lstm(lambda i, f, g, c: c + i.sigmoid() * g.tanh()),
                "Nothing is forgotten: the old c is to be multiplied by the forget gate. (The LSTM "
                "of 1997 was like this; the gate came in 2000.)",
            ),
            WrongAnswer(
                _lstm(lambda i, f, g, c: (1 - f.sigmoid()) * c + i.sigmoid() * g.tanh()),
                "The forget gate is turned round: an open one, 1, keeps c.",
            ),
            WrongAnswer(
                _lstm(lambda i, f, g, c: f.sigmoid() * (c + i.sigmoid() * g.tanh())),
                "The forget gate also shrinks what is new; it belongs to the old c alone.",
            ),
            WrongAnswer(
                _lstm(lambda i, f, g, c: f * c + i * g.tanh()),
                "The gates f and i are no shares yet: a sigmoid brings them between 0 and 1.",
            ),
            WrongAnswer(
                _lstm(next_h=lambda o, c: o.sigmoid() * c),
                "h shows c as it is; a tanh comes between them, so that h stays within ±1.",
            ),
            WrongAnswer(
                _lstm(next_h=lambda o, c: c.tanh()),
                "The output gate is not used: h is its share of tanh(c).",
            ),
            WrongAnswer(
                _old_memory_shown,
                "h shows the old c: compute the new one first.",
            ),
            WrongAnswer(
                lambda from_x, h, c, weight, bias: _lstm()(from_x, 0 * h, c, weight, bias),
                "h is not used: the gates also look at the last output, h @ weight.T.",
            ),
            WrongAnswer(
                lambda from_x, h, c, weight, bias: _lstm()(from_x, h, c, weight, 0 * bias),
                "The bias is missing from the gates.",
            ),
            WrongAnswer(
                _returning(lambda old, h, c: (c, h)),
                "h and c are returned in the wrong order: first h, then c.",
            ),
            WrongAnswer(
                _returning(lambda old, h, c: (h, old)),
                "The c that is returned is the old one, so that the memory never changes.",
            ),
            WrongAnswer(
                _returning(lambda old, h, c: h),
                "Only h is returned; the next step needs c as well: return h, c.",
            ),
        ),
        hints=(
            "First all four parts at once: from_x, and what weight and bias make of h. Then cut "
            "the last axis into i, f, g, o, in this order.",
            "Three of the parts are gates, between 0 and 1: sigmoid. g is what is new: tanh. How "
            "much of the old c stays, and how much of g comes in?",
            "c = f.sigmoid() * c + i.sigmoid() * g.tanh(). The output h is the share o.sigmoid() "
            "of another tanh.",
        ),
        quiz=Quiz(
            "An LSTM is to remember one fact for a thousand tokens. Which gates make that "
            "possible?",
            {
                "The forget gate near 1, the input gate near 0": "c is then almost the same after "
                "each step, and so is its gradient: it is multiplied a thousand times, but by "
                "numbers near 1.",
                "The forget gate near 0, the input gate near 1": "A forget gate of 0 empties the "
                "memory at each step: only what came last is left.",
                "The output gate near 0 all the time": "Then h never shows the fact. The output "
                "gate decides what is shown, not what is kept.",
            },
            answer="The forget gate near 1, the input gate near 0",
        ),
    ),
)
