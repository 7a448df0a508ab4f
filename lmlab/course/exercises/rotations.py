"""RoPE: queries and keys are turned by their positions."""

import torch

from lmlab.course.exercise import Exercise, Invariant, Quiz, WrongAnswer
from lmlab.course.exercises.sinusoids import lengths_stay, woven
from lmlab.nn.positions import apply_rope, rope_rotation


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
    return woven(first * cos - second * sin, second * cos + first * sin)


def _with_partner(partner):
    """x · cos + partner(x) · sin."""
    return lambda x, rotation: x * rotation[0] + partner(x) * rotation[1]


def _partner(x):
    return x.roll(x.size(-1) // 2, dims=-1)


def _rotate_half(x):
    """As the Llama code of Transformers has it, whose sine has no minus of its own."""
    first, second = x.chunk(2, dim=-1)
    return torch.cat((-second, first), dim=-1)


EXERCISES = (
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
            Invariant("lengths stay", lengths_stay, "A turn must not change a vector's length."),
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
)
