"""What tells a model the order of its tokens: sinusoids, RoPE, ALiBi."""

import random

import torch

from lmlab.course.exercise import Exercise, Invariant, Quiz, WrongAnswer
from lmlab.nn.positions import alibi_slopes, apply_rope, rope_rotation, sinusoidal_positions


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


def _woven(sin, cos):
    return torch.stack((sin, cos), dim=-1).flatten(-2)


def _waves(angles):
    return _woven(angles.sin(), angles.cos())


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


def _lengths_stay(answer, vectors, *rest):
    return torch.allclose(answer(vectors, *rest).norm(dim=-1), vectors.norm(dim=-1), atol=1e-4)


def _turned(vectors, angles):
    """Each pair (sine, cosine) of neighbours turned by its angle."""
    sin, cos = vectors[..., 0::2], vectors[..., 1::2]
    return _woven(sin * angles.cos() + cos * angles.sin(), cos * angles.cos() - sin * angles.sin())


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


def _rotations(seed):
    """One pair at two positions, then several pairs, heads, texts and starting points."""
    generator = torch.Generator().manual_seed(seed)
    yield (
        torch.tensor([[[[1.0, 0.0], [1.0, 0.0]]]]),
        rope_rotation(torch.arange(2)[None], 2),
    )
    for shape, first in (
        ((1, 2, 3, 4), 0),
        ((2, 1, 3, 6), 2),
        ((2, 3, 4, 8), 5),
        ((1, 1, 5, 4), 1),
    ):
        positions = (first + torch.arange(shape[2])).expand(shape[0], -1)
        yield torch.randn(shape, generator=generator), rope_rotation(positions, shape[-1])


def _distance_decides(answer, x, rotation):
    """Two vectors turned by the same further angle have the product that they had."""
    time, d_head = x.shape[-2:]

    def products(first):
        turned = answer(x[:1, :1], rope_rotation(first + torch.arange(time)[None], d_head))
        return turned @ turned.mT

    return torch.allclose(products(0), products(9), atol=1e-3)


def _zero_stays(answer, x, rotation):
    still = rope_rotation(torch.zeros(1, x.size(-2), dtype=torch.long), x.size(-1))
    return torch.allclose(answer(x, still), x, atol=1e-5)


def _interleaved(x, rotation):
    """Neighbours are paired, as in the paper's matrix, each pair with the angle it should have."""
    half = x.size(-1) // 2
    cos, sin = rotation[0][..., :half], rotation[1][..., half:]
    first, second = x[..., 0::2], x[..., 1::2]
    return _woven(first * cos - second * sin, second * cos + first * sin)


def _with_partner(partner):
    """x · cos + partner(x) · sin."""
    return lambda x, rotation: x * rotation[0] + partner(x) * rotation[1]


def _partner(x):
    return x.roll(x.size(-1) // 2, dims=-1)


def _rotate_half(x):
    """As the Llama code of Transformers has it, whose sine has no minus of its own."""
    first, second = x.chunk(2, dim=-1)
    return torch.cat((-second, first), dim=-1)


def _distances(seed):
    """Three queries and keys, then a cache (fewer queries than keys), heads and texts."""
    rng = random.Random(seed)
    yield torch.arange(3)[None], torch.arange(3)[None], 2
    yield torch.tensor([[5, 6]]), torch.arange(7)[None], 4
    for batch, n_heads in ((2, 8), (3, 4)):
        n_keys = rng.randint(4, 7)
        keys = torch.stack([rng.randint(0, 5) + torch.arange(n_keys) for _ in range(batch)])
        yield keys[:, 2:], keys, n_heads


def _never_a_reward(answer, query_positions, key_positions, n_heads):
    return bool((answer(query_positions, key_positions, n_heads) <= 0).all())


def _shift_changes_nothing(answer, query_positions, key_positions, n_heads):
    near = answer(query_positions, key_positions, n_heads)
    return torch.allclose(answer(query_positions + 50, key_positions + 50, n_heads), near)


def _penalty(slopes=alibi_slopes, distance=lambda q, k: (q - k).abs()):
    """-slope · distance, with one of the two changed."""

    def answer(query_positions, key_positions, n_heads):
        apart = distance(query_positions[:, None, :, None], key_positions[:, None, None, :])
        return -slopes(n_heads)[:, None, None] * apart

    return answer


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
                lambda positions, d_model: _woven(
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
                lambda positions, d_model: _woven(
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
            Invariant("lengths stay", _lengths_stay, "A turn must not change a vector's length."),
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
    Exercise(
        id="apply_rope",
        chapter="02_3_transformer",
        number="2.3.9",
        title="RoPE: turn queries and keys",
        difficulty=3,
        minutes=15,
        reference="lmlab.nn.positions.apply_rope",
        cases=_rotations,
        invariants=(
            Invariant("lengths stay", _lengths_stay, "A turn must not change a vector's length."),
            Invariant(
                "position 0 stays",
                _zero_stays,
                "A vector at position 0 must come out as it went in.",
            ),
            Invariant(
                "the distance decides",
                _distance_decides,
                "When all positions grow by the same number, the products of the vectors must not "
                "change.",
            ),
        ),
        wrong_answers=(
            WrongAnswer(
                _interleaved,
                "Neighbours are paired, channel 2i with 2i + 1, as the paper writes it. Here, as "
                "in Llama, channel i goes with channel i + d_head / 2.",
            ),
            WrongAnswer(
                _with_partner(lambda x: x),
                "Each channel is multiplied by its own cosine plus sine; the partner's channel "
                "does not come in. Turning a pair mixes both.",
            ),
            WrongAnswer(
                _with_partner(_rotate_half),
                "There is a minus too many: the sine that is given has one already for the first "
                "of each pair.",
            ),
            WrongAnswer(
                lambda x, rotation: x * rotation[0] - _partner(x) * rotation[1],
                "It turns the wrong way: the signs are in the sine already, so add.",
            ),
            WrongAnswer(
                _with_partner(lambda x: x.flip(-1)),
                "flip pairs the first channel with the last. The partner stands half the width "
                "away: roll by d_head / 2.",
            ),
            WrongAnswer(
                _with_partner(lambda x: x.roll(1, dims=-1)),
                "roll by 1 takes the channel next door. The partner stands half the width away.",
            ),
            WrongAnswer(
                _with_partner(lambda x: x.roll(x.size(-2) // 2, dims=-2)),
                "The partner is taken from another position. It is another channel of the same "
                "vector: dims=-1.",
            ),
            WrongAnswer(
                lambda x, rotation: x * rotation[0],
                "Only the cosine is used: that shrinks the vectors instead of turning them.",
            ),
            WrongAnswer(
                lambda x, rotation: x * rotation[1] + _partner(x) * rotation[0],
                "Cosine and sine are swapped: at position 0 the cosine is 1 and nothing moves.",
            ),
            WrongAnswer(
                lambda x, rotation: apply_rope(apply_rope(x, rotation), rotation),
                "It is turned twice as far.",
            ),
            WrongAnswer(
                lambda x, rotation: apply_rope(x, tuple(part[..., -1:, :] for part in rotation)),
                "All positions are turned by the same angle, that of the last. Then nothing can be "
                "told from it.",
            ),
            WrongAnswer(
                lambda x, rotation: x + apply_rope(x, rotation),
                "The turned vector is added to x; it takes its place.",
            ),
        ),
        hints=(
            "A pair (a, b) turned by an angle: (a cos - b sin, b cos + a sin). Here a is channel "
            "i, and b is channel i + d_head / 2.",
            "cos, sin = rotation already has the right sign for every channel, so each channel "
            "becomes itself · cos + its partner · sin.",
            "The partners of all channels at once: x.roll(x.size(-1) // 2, dims=-1).",
        ),
        quiz=Quiz(
            "Why does RoPE turn queries and keys, but not values?",
            {
                "values have another width": "They are as wide as the keys; they could be turned.",
                "position is to decide who is looked at, not what is then said": "Only in q · k "
                "do two turns become a distance. A turned value would arrive turned by its place, "
                "and nothing would undo that.",
                "it would cost too much": "A third more of a small cost. The reason is another "
                "one.",
            },
            answer="position is to decide who is looked at, not what is then said",
        ),
    ),
    Exercise(
        id="alibi_bias",
        chapter="02_3_transformer",
        number="2.3.10",
        title="ALiBi: distance costs",
        difficulty=2,
        minutes=10,
        reference="lmlab.nn.positions.alibi_bias",
        cases=_distances,
        invariants=(
            Invariant(
                "never a reward",
                _never_a_reward,
                "Distance must cost: no number may be above 0.",
            ),
            Invariant(
                "only distance counts",
                _shift_changes_nothing,
                "When all positions grow by the same number, nothing must change.",
            ),
        ),
        wrong_answers=(
            WrongAnswer(
                _penalty(slopes=lambda n: -alibi_slopes(n)),
                "The sign is missing: the further away a key is, the more it gains. It must lose.",
            ),
            WrongAnswer(
                _penalty(distance=lambda q, k: q - k),
                "The distance has a sign, so that a key behind the query would gain. Take .abs().",
            ),
            WrongAnswer(
                _penalty(distance=lambda q, k: k + 0 * q),
                "The key's position counts by itself. What costs is its distance from the query.",
            ),
            WrongAnswer(
                _penalty(distance=lambda q, k: (q - k).square()),
                "The distance is squared. ALiBi is linear: that is the L and the i in its name.",
            ),
            WrongAnswer(
                _penalty(distance=lambda q, k: (1 + (q - k).abs()).log()),
                "The cost grows with the logarithm of the distance; it should grow with the "
                "distance itself.",
            ),
            WrongAnswer(
                _penalty(slopes=torch.ones),
                "All heads have slope 1. Each has its own, so that some look near and others far: "
                "alibi_slopes(n_heads).",
            ),
            WrongAnswer(
                _penalty(slopes=lambda n: 1 / torch.arange(1, n + 1)),
                "The slopes are 1, 1/2, 1/3, … They fall geometrically: alibi_slopes(n_heads).",
            ),
            WrongAnswer(
                _penalty(slopes=lambda n: alibi_slopes(n).flip(0)),
                "The slopes run the other way: the first head has the steepest.",
            ),
            WrongAnswer(
                lambda q, k, n_heads: _penalty()(q, k, n_heads).mT,
                "Queries and keys are swapped: queries are the rows, keys the columns.",
            ),
            WrongAnswer(
                lambda q, k, n_heads: _penalty()(q, k, n_heads).movedim(1, -1),
                "The heads are on the last axis; the scores have them second: (batch, n_heads, "
                "query, key).",
            ),
            WrongAnswer(
                lambda q, k, n_heads: _penalty()(q, k, n_heads).transpose(0, 1),
                "The heads come before the batch: (batch, n_heads, query, key) is wanted.",
            ),
            WrongAnswer(
                lambda q, k, n_heads: -(q[:, :, None] - k[:, None, :]).abs(),
                "The slopes are missing, and with them the axis of the heads: "
                "(batch, n_heads, query, key).",
            ),
            WrongAnswer(
                lambda q, k, n_heads: _penalty()(q, k, n_heads).exp(),
                "These are factors for the weights. Wanted is what is added to the scores, before "
                "the softmax: its exponential is taken there.",
            ),
        ),
        hints=(
            "First the distances alone: one for each pair of a query and a key, (batch, query, "
            "key). Broadcasting makes the table: queries down, keys across.",
            "query_positions[:, None, :, None] - key_positions[:, None, None, :] has an axis for "
            "the heads already. Distances have no sign.",
            "-alibi_slopes(n_heads)[:, None, None] * the distances.",
        ),
        quiz=Quiz(
            "A head has slope 1/2 and all its scores are equal. How does the weight of a token "
            "fall, step by step backwards?",
            {
                "by the same number at each step": "The scores fall by 1/2 at each step. The "
                "weights are their exponentials.",
                "by the same factor, e^(-1/2), at each step": "A penalty that is linear in the "
                "score is geometric in the weight: about 0.61 at each step.",
                "it is 0 beyond some distance": "It gets small, but an exponential is never 0.",
            },
            answer="by the same factor, e^(-1/2), at each step",
        ),
    ),
)
