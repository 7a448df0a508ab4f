"""The feed-forward as a memory, and with a gate."""

import torch
from torch.nn import functional as F

from lmlab.course.exercise import Exercise, Invariant, Quiz, WrongAnswer
from lmlab.nn.feedforward import relu2


def _memories(seed):
    """Two keys that one can follow by head, then more units than channels, and fewer."""
    generator = torch.Generator().manual_seed(seed)

    def normal(*shape):
        return torch.randn(*shape, generator=generator)

    keys = torch.tensor([[1.0, 0.0], [0.0, 1.0], [-1.0, 0.0]])
    yield torch.tensor([2.0, 1.0]), keys, torch.tensor([[1.0, 0.0], [0.0, 5.0], [7.0, 7.0]])
    for shape, d_ff in (((3,), 8), ((2, 4), 6), ((2, 3, 5), 4), ((2, 3), 3)):
        yield normal(*shape), normal(d_ff, shape[-1]), normal(d_ff, shape[-1])


def _gated(seed):
    """One hidden unit, then several, with weights as nn.Linear keeps them."""
    generator = torch.Generator().manual_seed(seed)

    def normal(*shape):
        return torch.randn(*shape, generator=generator)

    one = torch.tensor([[1.0, 0.0]])
    yield torch.tensor([2.0, 3.0]), one, torch.tensor([[0.0, 1.0]]), torch.tensor([[1.0], [-1.0]])
    for shape, d_ff in (((3,), 8), ((2, 4), 6), ((2, 3, 5), 4), ((4, 3), 3)):
        d_model = shape[-1]
        yield (
            normal(*shape),
            normal(d_ff, d_model),
            normal(d_ff, d_model),
            normal(d_model, d_ff),
        )


def _silent_without_a_match(answer, x, keys, values):
    away = torch.where(keys.sum(-1, keepdim=True) > 0, -keys, keys)
    ones = torch.ones(keys.size(-1))  # its product with each key is now negative
    return torch.allclose(answer(ones, away, values), 0 * ones)


def _twice_the_match_counts_four_times(answer, x, keys, values):
    return torch.allclose(answer(2 * x, keys, values), 4 * answer(x, keys, values), atol=1e-4)


def _shut_gate(answer, x, gate, up, down):
    """A gate of 0 lets nothing through, for silu(0) = 0."""
    found = answer(x, 0 * gate, up, down)
    return torch.allclose(found, torch.zeros_like(x))


def _linear_in_up(answer, x, gate, up, down):
    return torch.allclose(answer(x, gate, -2 * up, down), -2 * answer(x, gate, up, down), atol=1e-4)


def _glu(activation):
    """A gated feed-forward with another activation."""
    return lambda x, gate, up, down: (activation(x @ gate.T) * (x @ up.T)) @ down.T


EXERCISES = (
    Exercise(
        id="feed_forward",
        chapter="02_3_transformer",
        number="2.3.5",
        title="A memory of keys and values",
        difficulty=1,
        minutes=8,
        reference="lmlab.nn.feedforward.feed_forward",
        cases=_memories,
        invariants=(
            Invariant(
                "silent without a match",
                _silent_without_a_match,
                "A vector that matches no key (all products negative) must give zeros.",
            ),
            Invariant(
                "twice the match, four times the value",
                _twice_the_match_counts_four_times,
                "relu² means that a vector twice as long comes out four times as long.",
            ),
        ),
        wrong_answers=(
            WrongAnswer(
                lambda x, keys, values: F.relu(x @ keys.T) @ values,
                "The square is missing: the match is relu(x · key), squared.",
            ),
            WrongAnswer(
                lambda x, keys, values: (x @ keys.T).square() @ values,
                "Negative matches are squared into positive ones. First relu, which makes them 0, "
                "then the square.",
            ),
            WrongAnswer(
                lambda x, keys, values: x @ keys.T @ values,
                "There is no activation, so the two matrices are no more than one.",
            ),
            WrongAnswer(
                lambda x, keys, values: (x @ keys.T).softmax(-1) @ values,
                "The matches went through a softmax: that is attention. Here the units do not "
                "compete, any number of them may be on: relu, squared.",
            ),
            WrongAnswer(
                lambda x, keys, values: (x @ keys.T).sigmoid() @ values,
                "A sigmoid is never 0, so every unit writes something. relu, squared, keeps "
                "those silent that do not match.",
            ),
            WrongAnswer(
                lambda x, keys, values: F.gelu(x @ keys.T) @ values,
                "gelu is the activation of GPT-2. Wanted here is relu, squared.",
            ),
            WrongAnswer(
                lambda x, keys, values: relu2(x @ values.T) @ keys,
                "Keys and values have changed places: x is compared with the keys, and the values "
                "are written.",
            ),
            WrongAnswer(
                lambda x, keys, values: relu2(x @ keys.T @ values),
                "The activation comes after the values. It belongs between: on each unit's match.",
            ),
            WrongAnswer(
                lambda x, keys, values: relu2(x) @ keys.T @ values,
                "The activation is on x, before the keys. It belongs on each unit's match, x · "
                "key.",
            ),
            WrongAnswer(
                lambda x, keys, values: x + relu2(x @ keys.T) @ values,
                "x is added to the result. The block does that: here, only what the memory writes.",
            ),
            WrongAnswer(
                lambda x, keys, values: relu2(x @ keys) @ values,
                "The keys stand in the rows of keys, (d_ff, d_model). For x · key with each of "
                "them, multiply by keys.T.",
            ),
            WrongAnswer(
                lambda x, keys, values: relu2(x @ keys.T),
                "These are the matches, one for each unit. Let each write its value: matches @ "
                "values.",
            ),
            WrongAnswer(
                lambda x, keys, values: relu2(x @ keys.T / keys.size(-1) ** 0.5) @ values,
                "The matches are divided by √d_model, as the scores of attention are. There is no "
                "softmax here that it would help.",
            ),
        ),
        hints=(
            "x has a product with each of the d_ff keys; what is left of it after relu, squared, "
            "says how strongly this unit is on.",
            "x @ keys.T is (…, d_ff). Then the activation, then a matrix product with values.",
            "torch.relu(x @ keys.T) ** 2 @ values",
        ),
        quiz=Quiz(
            "How does this memory differ from attention, which also has keys and values?",
            {
                "they are made from the text": "That is attention. Here they are "
                "weights: the same for every text.",
                "they are learned, and many may answer at once": "They are weights, made in "
                "training; and no softmax makes them compete.",
                "it looks at other positions": "It works on each position by itself; what comes "
                "from others has been brought by attention.",
            },
            answer="they are learned, and many may answer at once",
        ),
    ),
    Exercise(
        id="swiglu",
        chapter="02_3_transformer",
        number="2.3.6",
        title="A feed-forward with a gate",
        difficulty=2,
        minutes=8,
        reference="lmlab.nn.feedforward.swiglu",
        cases=_gated,
        invariants=(
            Invariant(
                "a gate of 0 is shut",
                _shut_gate,
                "With a gate of zeros nothing must come through.",
            ),
            Invariant(
                "linear in up",
                _linear_in_up,
                "What is gated has no activation of its own: -2 · up must give -2 times as much.",
            ),
        ),
        wrong_answers=(
            WrongAnswer(
                lambda x, gate, up, down: _glu(F.silu)(x, up, gate, down),
                "Gate and up have changed places: silu belongs to x @ gate.T.",
            ),
            WrongAnswer(
                _glu(torch.sigmoid),
                "The gate is sigmoid(z): that is the GLU of 2016. The Swi in SwiGLU is Swish, "
                "also called silu: z · sigmoid(z).",
            ),
            WrongAnswer(
                _glu(F.relu),
                "The gate goes through a relu, which is called ReGLU. Wanted is silu(z) = z · "
                "sigmoid(z).",
            ),
            WrongAnswer(
                _glu(F.gelu),
                "The gate goes through a gelu, which is called GEGLU. Wanted is silu(z) = z · "
                "sigmoid(z).",
            ),
            WrongAnswer(
                _glu(lambda z: z),
                "The gate has no activation: silu(z) = z · sigmoid(z) is missing.",
            ),
            WrongAnswer(
                lambda x, gate, up, down: (F.silu(x @ gate.T) + x @ up.T) @ down.T,
                "The two are added. A gate multiplies, channel by channel.",
            ),
            WrongAnswer(
                lambda x, gate, up, down: F.silu((x @ gate.T) * (x @ up.T)) @ down.T,
                "The activation is on the product. It belongs to the gate alone.",
            ),
            WrongAnswer(
                lambda x, gate, up, down: (F.silu(x @ gate.T) * F.silu(x @ up.T)) @ down.T,
                "Both have an activation. What is gated, x @ up.T, stays as it is.",
            ),
            WrongAnswer(
                lambda x, gate, up, down: F.silu(x @ up.T) @ down.T,
                "gate is not used: this is a plain feed-forward with silu.",
            ),
            WrongAnswer(
                lambda x, gate, up, down: F.silu(x @ gate.T) @ down.T,
                "up is not used: the gate has nothing to let through.",
            ),
            WrongAnswer(
                lambda x, gate, up, down: (F.silu(x @ gate) * (x @ up)) @ down,
                "The weights are (out, in), as nn.Linear keeps them: multiply by their "
                "transposes, x @ gate.T.",
            ),
            WrongAnswer(
                lambda x, gate, up, down: x + _glu(F.silu)(x, gate, up, down),
                "x is added to the result. The block does that: here, only what the part writes.",
            ),
        ),
        hints=(
            "Two projections of the same x, both d_ff wide: one of them, after silu, says how much "
            "of the other comes through.",
            "silu(z) = z * sigmoid(z); PyTorch has it as torch.nn.functional.silu. Weights are "
            "(out, in): x @ gate.T.",
            "hidden = silu(x @ gate.T) * (x @ up.T), and then down.",
        ),
        quiz=Quiz(
            "SwiGLU has three matrices where the plain feed-forward has two. How do models keep "
            "the number of parameters?",
            {
                "they leave the gate out": "Then it would be no SwiGLU.",
                "they make d_ff two thirds as wide": "Three matrices of two thirds are two of "
                "the whole: 8/3 · d_model instead of 4 · d_model.",
                "they halve d_model": "d_model is the width of the stream, which all parts "
                "share. d_ff is the memory's own.",
            },
            answer="they make d_ff two thirds as wide",
        ),
    ),
)
