"""What is left of two positions: their distance."""

import torch

from lmlab.course.exercise import Exercise, Invariant, WrongAnswer
from lmlab.nn.relative import rope_score, shift_matrix


def _offsets(seed):
    """One pair of channels and one step, then more of both, forwards and backwards."""
    rng = torch.Generator().manual_seed(seed)
    yield 1, 2
    yield 1, 4
    yield int(torch.randint(2, 4, (), generator=rng)), 6
    yield -int(torch.randint(1, 4, (), generator=rng)), 8
    yield 6, 4


def _is_a_rotation(answer, offset, d_model):
    matrix = answer(offset, d_model).double()
    return torch.allclose(matrix @ matrix.mT, torch.eye(d_model).double(), atol=1e-4)


def _nothing_moves_nothing(answer, offset, d_model):
    return torch.allclose(answer(0, d_model).double(), torch.eye(d_model).double(), atol=1e-5)


def _pairs(angles, block):
    return torch.block_diag(*(block(a.cos(), a.sin()) for a in angles))


def _turned(cos, sin):
    return torch.stack((torch.stack((cos, sin)), torch.stack((-sin, cos))))


def _angles(offset, width, step=2):
    return offset * 10_000.0 ** (-step * torch.arange(width // 2).double() / width)


def _halves(offset, d_model):
    angles = _angles(offset, d_model)
    cos, sin = angles.cos().diag(), angles.sin().diag()
    return torch.cat((torch.cat((cos, sin), dim=1), torch.cat((-sin, cos), dim=1)))


_SHIFT = Exercise(
    id="shift_matrix",
    chapter="04_mathematics",
    number="4.9",
    title="One matrix that moves every position",
    difficulty=3,
    minutes=15,
    reference="lmlab.nn.relative.shift_matrix",
    cases=_offsets,
    invariants=(
        Invariant(
            "is a rotation",
            _is_a_rotation,
            "The matrix must be a rotation: it moves points along circles and stretches nothing.",
        ),
        Invariant(
            "nothing moves nothing",
            _nothing_moves_nothing,
            "With offset 0 nothing moves: the identity is wanted.",
        ),
    ),
    wrong_answers=(
        WrongAnswer(
            lambda offset, d_model: shift_matrix(-offset, d_model),
            "This matrix moves backwards (or is the transposed one): sin(t + k) = sin t cos k + "
            "cos t sin k, so the first row of a block is (cos, sin).",
        ),
        WrongAnswer(
            lambda offset, d_model: _pairs(_angles(1, d_model), _turned),
            "The offset is missing from the angles: this always moves by one step.",
        ),
        WrongAnswer(
            lambda offset, d_model: _pairs(_angles(offset, d_model, step=0), _turned),
            "All pairs turn equally fast. Pair i turns by 10000^(-2i/d_model) a step.",
        ),
        WrongAnswer(
            lambda offset, d_model: _pairs(_angles(offset, d_model, step=1), _turned),
            "The exponent is 2i / d_model, where i counts the pairs; the 2 is missing.",
        ),
        WrongAnswer(
            lambda offset, d_model: _pairs(
                _angles(offset, d_model),
                lambda cos, sin: torch.stack((torch.stack((cos, sin)), torch.stack((sin, cos)))),
            ),
            "A minus is missing: cos(t + k) = cos t cos k - sin t sin k, so the second row is "
            "(-sin, cos).",
        ),
        WrongAnswer(
            _halves,
            "The sines are taken to be the first half and the cosines the second. Here they "
            "alternate, so that each pair is a block of 2 × 2 on the diagonal.",
        ),
        WrongAnswer(
            lambda offset, d_model: _pairs(
                _angles(offset, d_model),
                lambda cos, sin: torch.stack((torch.stack((sin, cos)), torch.stack((cos, -sin)))),
            ),
            "Sine and cosine have changed places: with offset 0 a block must be ((1, 0), (0, 1)).",
        ),
        WrongAnswer(
            lambda offset, d_model: _pairs(_angles(offset, d_model).deg2rad(), _turned),
            "The angles are in radians already; they need no conversion from degrees.",
        ),
        WrongAnswer(
            lambda offset, d_model: torch.stack(
                [_turned(a.cos(), a.sin()) for a in _angles(offset, d_model)]
            ),
            "These are the blocks, one above the other. torch.block_diag(*blocks) sets them on "
            "the diagonal.",
        ),
    ),
    hints=(
        "One pair (sin t, cos t) first. Write sin(t + k) and cos(t + k) with the addition "
        "theorems: what multiplies sin t, what cos t?",
        "A block is ((cos a, sin a), (-sin a, cos a)) with a = offset · 10000^(-2i/d_model), for i "
        "= 0, 1, … d_model / 2 - 1.",
        "Make a list of such 2 × 2 tensors; torch.block_diag(*blocks) puts them together.",
    ),
)


def _queries_and_keys(seed):
    """Vectors whose score, turned or not, is away from 0; at distance 0 nothing is turned."""
    generator = torch.Generator().manual_seed(seed)
    yield torch.tensor([1.0, 0.0]), torch.tensor([1.0, 0.0]), 1
    for shape, distance in (((4,), 1), ((2, 6), 2), ((2, 2, 8), 4), ((6,), -3), ((4,), 0)):
        while True:
            q, k = torch.randn(2, *shape, generator=generator)
            if rope_score(q, k, distance).abs().min() > 0.2:
                yield q, k, distance
                break


def _unturned_is_the_dot_product(answer, q, k, distance):
    return torch.allclose(answer(q, k, 0).double(), (q * k).sum(dim=-1).double(), atol=1e-4)


def _other_way_round(answer, q, k, distance):
    turned = answer(k, q, -distance)
    return torch.allclose(answer(q, k, distance).double(), turned.double(), atol=1e-4)


def _halved(x):
    return torch.complex(*x.double().chunk(2, dim=-1))


def _neighbours(x):
    return torch.complex(x.double()[..., 0::2], x.double()[..., 1::2])


def _score(q, k, angles):
    return (q * k.conj() * torch.polar(torch.ones_like(angles), angles)).real.sum(dim=-1)


_ROPE = Exercise(
    id="rope_score",
    chapter="04_mathematics",
    number="4.10",
    title="RoPE's score from the distance alone",
    difficulty=3,
    minutes=15,
    reference="lmlab.nn.relative.rope_score",
    cases=_queries_and_keys,
    invariants=(
        Invariant(
            "unturned it is the dot product",
            _unturned_is_the_dot_product,
            "At distance 0 the score must be the plain dot product.",
        ),
        Invariant(
            "the other way round",
            _other_way_round,
            "From the key's side the distance has the other sign, and the score is the same.",
        ),
    ),
    wrong_answers=(
        WrongAnswer(
            lambda q, k, distance: (q * k).sum(dim=-1),
            "This is the dot product without positions. Is the distance used? Turning both by the "
            "same angle changes nothing: turn one of them.",
        ),
        WrongAnswer(
            lambda q, k, distance: rope_score(q, k, 2 * distance),
            "It turns by twice the distance. Turn the query by it or the key back by it, not both.",
        ),
        WrongAnswer(
            lambda q, k, distance: rope_score(q, k, -distance),
            "It turns the other way. With distance = m - n, the query is the one that is turned "
            "further: q e^(i·distance·ω).",
        ),
        WrongAnswer(
            lambda q, k, distance: _score(
                _neighbours(q), _neighbours(k), _angles(distance, q.size(-1))
            ),
            "Neighbouring channels are paired, as in the paper. Here channel i goes with channel "
            "i + d_head / 2: x.chunk(2, dim=-1).",
        ),
        WrongAnswer(
            lambda q, k, distance: _score(
                _halved(q), _halved(k).conj(), _angles(distance, q.size(-1))
            ),
            "The conjugate is missing: the real part of q · k̄ is the dot product, that of q · k is "
            "not.",
        ),
        WrongAnswer(
            lambda q, k, distance: _score(
                _halved(q), _halved(k), _angles(distance, q.size(-1), step=0)
            ),
            "All pairs turn equally fast. Pair i turns by 10000^(-2i/d_head) for each position.",
        ),
        WrongAnswer(
            lambda q, k, distance: _score(
                _halved(q), _halved(k), _angles(distance, q.size(-1), step=1)
            ),
            "The exponent is 2i / d_head, where i counts the pairs; the 2 is missing.",
        ),
        WrongAnswer(
            lambda q, k, distance: (
                (_halved(q) * _halved(k).conj()).real * _angles(distance, q.size(-1)).cos()
            ).sum(dim=-1),
            "The part with the sine is missing. It is what tells before from after.",
        ),
        WrongAnswer(
            lambda q, k, distance: rope_score(q, k, distance) / q.size(-1) ** 0.5,
            "The scores are divided by √d_head, which comes later: here the bare dot product is "
            "wanted.",
        ),
    ),
    hints=(
        "Take a pair of channels as a complex number: x, y = t.chunk(2, dim=-1); "
        "torch.complex(x, y). A turn by a is a product with e^(ia).",
        "The dot product of two pairs is the real part of q times the conjugate of k. Only "
        "e^(i·distance·ω) is left of the two turns.",
        "(q * k.conj() * torch.polar(torch.ones_like(angles), angles)).real.sum(dim=-1), with "
        "angles = distance * 10000 ** (-torch.arange(0, d_head, 2) / d_head).",
    ),
)

EXERCISES = (_SHIFT, _ROPE)
