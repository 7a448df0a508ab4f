"""Sinusoids: a vector for each position, and the step from one to another."""

import random

import torch

from lmlab.course.exercise import Exercise, Invariant, Quiz, WrongAnswer
from lmlab.nn.positions import sinusoidal_positions


def _places(seed):
    """A row from 0 on, then positions in any order, for several texts, in several widths.

    They stay below 10: the angle of a far position differs with the way it is rounded.
    """
    generator = torch.Generator().manual_seed(seed)
    yield torch.arange(3), 4
    yield torch.tensor([7, 2, 5]), 6
    for shape, d_model in (((5,), 8), ((2, 4), 2), ((3, 6), 12)):
        yield torch.randint(10, shape, generator=generator), d_model


def _pairs_lie_on_a_circle(answer, positions, d_model):
    pairs = answer(positions, d_model).unflatten(-1, (-1, 2))
    return torch.allclose(pairs.norm(dim=-1), torch.ones(pairs.shape[:-1]), atol=1e-4)


def _zero_is_zero_one(answer, positions, d_model):
    found = answer(0 * positions, d_model)
    wanted = torch.tensor([0.0, 1.0]).repeat(d_model // 2)
    return torch.allclose(found, wanted.expand_as(found), atol=1e-4)


def _angles(positions, d_model, base=10_000.0, step=2):
    """positions / base^(step · i / d_model) for each pair i."""
    exponents = step * torch.arange(d_model // 2) / d_model
    return positions[..., None] / base**exponents


def woven(sin, cos):
    """Sine and cosine in turns, as neighbouring channels."""
    return torch.stack((sin, cos), dim=-1).flatten(-2)


def _waves(angles):
    return woven(angles.sin(), angles.cos())


def _each_column_its_own(positions, d_model):
    """2i is taken for twice the number of the column."""
    columns = torch.arange(d_model)
    angles = positions[..., None] / 10_000.0 ** (2 * columns / d_model)
    return torch.where(columns % 2 == 0, angles.sin(), angles.cos())


def _shifts(seed):
    """One pair, then several, forwards and backwards."""
    rng = random.Random(seed)
    yield sinusoidal_positions(torch.arange(2), 2), 1
    yield sinusoidal_positions(torch.tensor([3, 1, 4]), 6), 2
    for shape, d_model in (((4,), 8), ((2, 3), 4), ((2, 5), 10)):
        generator = torch.Generator().manual_seed(rng.randrange(2**31))
        positions = torch.randint(1, 6, shape, generator=generator)
        yield sinusoidal_positions(positions, d_model), rng.choice((-3, -2, 2, 3, 4))


def _no_step_no_change(answer, vectors, offset):
    return torch.allclose(answer(vectors, 0), vectors, atol=1e-5)


def _there_and_back(answer, vectors, offset):
    return torch.allclose(answer(answer(vectors, offset), -offset), vectors, atol=1e-4)


def lengths_stay(answer, vectors, *rest):
    """Whether the answer leaves each vector as long as it was."""
    return torch.allclose(answer(vectors, *rest).norm(dim=-1), vectors.norm(dim=-1), atol=1e-4)


def _turned(vectors, angles):
    """Each pair (sine, cosine) of neighbours turned by its angle."""
    sin, cos = vectors[..., 0::2], vectors[..., 1::2]
    return woven(sin * angles.cos() + cos * angles.sin(), cos * angles.cos() - sin * angles.sin())


def _step(vectors, offset):
    """The angle of a step of `offset` for each pair, and the vector of position `offset`."""
    d_model = vectors.size(-1)
    return _angles(torch.tensor(offset), d_model), sinusoidal_positions(
        torch.tensor([offset]), d_model
    )[0]


def _unwoven(vectors, offset):
    turned = _turned(vectors, _step(vectors, offset)[0])
    return torch.cat((turned[..., 0::2], turned[..., 1::2]), dim=-1)


def _turned_halves(vectors, offset):
    angles = _step(vectors, offset)[0]
    sin, cos = vectors.chunk(2, dim=-1)
    return torch.cat(
        (sin * angles.cos() + cos * angles.sin(), cos * angles.cos() - sin * angles.sin()), dim=-1
    )


EXERCISES = (
    Exercise(
        id="sinusoidal_positions",
        chapter="02_3_transformer",
        number="2.3.7",
        title="A clock with many hands",
        difficulty=2,
        minutes=12,
        reference="lmlab.nn.positions.sinusoidal_positions",
        cases=_places,
        invariants=(
            Invariant(
                "pairs lie on a circle",
                _pairs_lie_on_a_circle,
                "Channels 2i and 2i + 1 are sine and cosine of one angle: their squares must sum "
                "to 1.",
            ),
            Invariant(
                "position 0 is 0, 1, 0, 1",
                _zero_is_zero_one,
                "At position 0 every sine is 0 and every cosine 1.",
            ),
        ),
        wrong_answers=(
            WrongAnswer(
                lambda positions, d_model: torch.cat(
                    (_angles(positions, d_model).sin(), _angles(positions, d_model).cos()), dim=-1
                ),
                "All sines stand first, then all cosines. (Some code does it so.) Here they "
                "alternate: sine in channel 2i, cosine in 2i + 1.",
            ),
            WrongAnswer(
                lambda positions, d_model: woven(
                    _angles(positions, d_model).cos(), _angles(positions, d_model).sin()
                ),
                "Sine and cosine are swapped: the sine stands in the even channels.",
            ),
            WrongAnswer(
                lambda positions, d_model: _waves(_angles(positions, d_model, step=1)),
                "The exponent is i / d_model, so the waves get only half as slow as they should: "
                "it is 2i / d_model, where i counts the pairs.",
            ),
            WrongAnswer(
                _each_column_its_own,
                "The exponent is twice the number of the channel, so sine and cosine of a pair "
                "have different angles. i counts pairs: channels 0 and 1 have i = 0.",
            ),
            WrongAnswer(
                lambda positions, d_model: _waves(
                    positions[..., None] * 10_000.0 ** (2 * torch.arange(d_model // 2) / d_model)
                ),
                "The angles get faster from pair to pair. Divide by 10000^(2i / d_model): each "
                "pair is slower than the one before.",
            ),
            WrongAnswer(
                lambda positions, d_model: _waves(_angles(positions, d_model, base=1_000.0)),
                "The base is 1,000; it is 10,000.",
            ),
            WrongAnswer(
                lambda positions, d_model: _waves(_angles(positions, d_model) * 2 * torch.pi),
                "There is a factor of 2π too much: position / 10000^(2i / d_model) is the angle "
                "itself, in radians.",
            ),
            WrongAnswer(
                lambda positions, d_model: _waves(
                    positions[..., None].expand(*positions.shape, d_model // 2).float()
                ),
                "All pairs turn at the same speed. Divide by 10000^(2i / d_model), which differs "
                "from pair to pair.",
            ),
            WrongAnswer(
                lambda positions, d_model: _waves(_angles(positions + 1, d_model)),
                "The positions are counted from 1. They are given: use them as they are.",
            ),
            WrongAnswer(
                lambda positions, d_model: _waves(
                    _angles(torch.arange(positions.size(-1)).expand_as(positions), d_model)
                ),
                "The positions that are given are not used: they need not run 0, 1, 2, …",
            ),
            WrongAnswer(
                lambda positions, d_model: woven(
                    _angles(positions, d_model).sin(), _angles(positions, d_model).sin()
                ),
                "There are sines only. In the odd channels stands the cosine of the same angle.",
            ),
        ),
        hints=(
            "Compute the angles first: one for each position and each pair of channels, "
            "(…, time, d_model / 2). They are the hands of a clock.",
            "i = torch.arange(d_model // 2); positions[..., None] / 10000 ** (2 * i / d_model).",
            "torch.stack((angles.sin(), angles.cos()), dim=-1) sets each sine beside its cosine; "
            ".flatten(-2) makes one row of the pairs.",
        ),
        quiz=Quiz(
            "Why are so many waves needed? One would do to give each position a vector of its own.",
            {
                "to fill d_model channels": "Any numbers would fill them.",
                "quick waves tell neighbours apart, slow ones tell far from near": "It is like a "
                "clock: one hand for minutes, one for hours.",
                "because the text may have 10,000 tokens": "10,000 says how slow the slowest "
                "wave is; the number of waves is d_model / 2.",
            },
            answer="quick waves tell neighbours apart, slow ones tell far from near",
        ),
    ),
    Exercise(
        id="shift_sinusoid",
        chapter="02_3_transformer",
        number="2.3.8",
        title="A step is a turn",
        difficulty=3,
        minutes=12,
        reference="lmlab.nn.positions.shift_sinusoid",
        cases=_shifts,
        invariants=(
            Invariant(
                "no step, no change",
                _no_step_no_change,
                "With offset = 0 the vectors must come out as they went in.",
            ),
            Invariant("there and back", _there_and_back, "A step and the step back must cancel."),
            Invariant("lengths stay", lengths_stay, "A turn must not change a vector's length."),
        ),
        wrong_answers=(
            WrongAnswer(
                lambda vectors, offset: _turned(vectors, -_step(vectors, offset)[0]),
                "It turns the wrong way, back by offset: sin(a + b) = sin a cos b + cos a sin b, "
                "and cos(a + b) = cos a cos b - sin a sin b.",
            ),
            WrongAnswer(
                lambda vectors, offset: vectors + _step(vectors, offset)[1],
                "The vector of position offset is added. Angles add up; their sines do not.",
            ),
            WrongAnswer(
                lambda vectors, offset: vectors * _step(vectors, offset)[1],
                "The vectors are multiplied channel by channel. Each pair has to be turned: both "
                "its channels go into each of the new ones.",
            ),
            WrongAnswer(
                lambda vectors, offset: _step(vectors, offset)[1].expand_as(vectors),
                "This is the vector of position offset itself; the vectors that are given are not "
                "used.",
            ),
            WrongAnswer(
                lambda vectors, offset: _turned(
                    vectors, torch.full((vectors.size(-1) // 2,), float(offset))
                ),
                "All pairs are turned by the same angle. Pair i turns by "
                "offset / 10000^(2i / d_model).",
            ),
            WrongAnswer(
                _turned_halves,
                "The first half is taken for sines, the second for cosines. They alternate: "
                "vectors[..., 0::2] and vectors[..., 1::2].",
            ),
            WrongAnswer(
                lambda vectors, offset: _turned(
                    vectors, _angles(torch.tensor(offset), vectors.size(-1), step=1)
                ),
                "The exponent is i / d_model; it is 2i / d_model, as in the last exercise.",
            ),
            WrongAnswer(
                lambda vectors, offset: _turned(
                    vectors.unflatten(-1, (-1, 2)).flip(-1).flatten(-2), _step(vectors, offset)[0]
                ),
                "Sine and cosine are read in the wrong order: the sine stands first, in the even "
                "channels.",
            ),
            WrongAnswer(
                _unwoven,
                "The turn is right, but the sines come back first and the cosines after them. "
                "Weave them together again, as they were.",
            ),
        ),
        hints=(
            "Each pair of channels is (sin a, cos a). You want (sin(a + b), cos(a + b)), where b "
            "is the angle of offset. School has a formula for each.",
            "b = offset / 10000 ** (2 * i / d_model), one for each pair. sin = vectors[..., 0::2], "
            "cos = vectors[..., 1::2].",
            "sin * b.cos() + cos * b.sin(), and cos * b.cos() - sin * b.sin(); then stack and "
            "flatten as in the last exercise.",
        ),
        quiz=Quiz(
            "You moved the vectors without knowing their positions. Why is that good for "
            "attention?",
            {
                "a matrix can learn to look three tokens back, the same from everywhere": "A "
                "step of three is one fixed linear map, and the projections of q and k are linear "
                "maps.",
                "it saves memory": "The table is small. What counts is what the model can learn "
                "from it.",
                "positions need not be given any more": "They do: something has to turn the "
                "first vector.",
            },
            answer="a matrix can learn to look three tokens back, the same from everywhere",
        ),
    ),
)
