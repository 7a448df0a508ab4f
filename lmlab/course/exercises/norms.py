"""The two norms, written out."""

import torch

from lmlab.course.exercise import Exercise, Invariant, Quiz, WrongAnswer


def _vectors(seed):
    """One short vector, then batches of vectors that are not centred, with eps from 0 to large."""
    generator = torch.Generator().manual_seed(seed)

    def normal(*shape):
        return torch.randn(*shape, generator=generator)

    yield torch.tensor([3.0, 4.0]), torch.ones(2), torch.zeros(2), 0.0
    for shape, eps in (((2, 3), 0.1), ((3, 3), 1e-5), ((2, 4, 5), 0.5), ((4, 6), 0.0)):
        yield 1 + 2 * normal(*shape), normal(shape[-1]), normal(shape[-1]), eps


def _without_bias(seed):
    for x, weight, _, eps in _vectors(seed):
        yield x, weight, eps


def _mean_square_is_one(answer, x, weight, eps):
    normed = answer(x, torch.ones_like(weight), 0.0)
    return torch.allclose(normed.square().mean(-1), torch.ones(x.shape[:-1]), atol=1e-4)


def _mean_zero_variance_one(answer, x, weight, bias, eps):
    normed = answer(x, torch.ones_like(weight), torch.zeros_like(bias), 0.0)
    mean, variance = normed.mean(-1), normed.var(-1, correction=0)
    return torch.allclose(mean, torch.zeros_like(mean), atol=1e-4) and torch.allclose(
        variance, torch.ones_like(variance), atol=1e-4
    )


def _each_vector_by_itself(answer, x, *rest):
    together = answer(x, *rest).reshape(-1, x.size(-1))
    alone = [answer(vector, *rest) for vector in x.reshape(-1, x.size(-1))]
    return torch.allclose(together, torch.stack(alone), atol=1e-4)


def _size_does_not_matter(answer, x, *rest):
    *weights, _ = rest
    return torch.allclose(answer(1e4 * x, *weights, 0.0), answer(x, *weights, 0.0), atol=1e-3)


def _by_itself():
    return Invariant(
        "each vector by itself",
        _each_vector_by_itself,
        "What comes out for a vector must not depend on the other vectors beside it.",
    )


def _no_matter():
    return Invariant(
        "size does not matter",
        _size_does_not_matter,
        "With eps = 0, a vector that is 10,000 times longer must come out the same.",
    )


def _rms(x, eps, dim=-1):
    return ((x * x).mean(dim, keepdim=True) + eps).sqrt()


def _standard(x, eps, dim=-1, correction=0):
    """Mean 0 and variance 1 along `dim`."""
    variance = x.var(dim, correction=correction, keepdim=True)
    return (x - x.mean(dim, keepdim=True)) / (variance + eps).sqrt()


EXERCISES = (
    Exercise(
        id="rms_norm",
        chapter="02_3_transformer",
        number="2.3.1",
        title="RMSNorm",
        difficulty=1,
        minutes=6,
        reference="lmlab.nn.norms.rms_norm",
        cases=_without_bias,
        invariants=(
            Invariant(
                "mean square is one",
                _mean_square_is_one,
                "With weight 1 and eps 0, the mean of the squares of each vector must be 1.",
            ),
            _by_itself(),
            _no_matter(),
        ),
        wrong_answers=(
            WrongAnswer(
                lambda x, weight, eps: _standard(x, eps) * weight,
                "The mean is taken off, as LayerNorm does it. RMSNorm leaves it in: it only "
                "divides.",
            ),
            WrongAnswer(
                lambda x, weight, eps: (
                    x / (x.var(-1, correction=0, keepdim=True) + eps).sqrt() * weight
                ),
                "x is divided by its standard deviation, in which the mean is taken off first. "
                "Wanted is the root of the mean of the squares themselves.",
            ),
            WrongAnswer(
                lambda x, weight, eps: x / ((x * x).sum(-1, keepdim=True) + eps).sqrt() * weight,
                "The squares are summed, so every vector gets length 1 and its numbers shrink as "
                "it gets wider. Take their mean.",
            ),
            WrongAnswer(
                lambda x, weight, eps: x / ((x * x).mean(-1, keepdim=True) + eps) * weight,
                "The root is missing: divide by the square root of the mean square.",
            ),
            WrongAnswer(
                lambda x, weight, eps: x / (_rms(x, 0.0) + eps) * weight,
                "eps is added to the root; it belongs under it, to the mean square.",
            ),
            WrongAnswer(
                lambda x, weight, eps: x / _rms(x, 0.0) * weight,
                "eps is not used. Without it a vector of zeros is divided by zero.",
            ),
            WrongAnswer(
                lambda x, weight, eps: x / _rms(x, eps),
                "The learned scale is missing: multiply by weight.",
            ),
            WrongAnswer(
                lambda x, weight, eps: x / _rms(x, eps) * (1 + weight),
                "The scale is 1 + weight, as Gemma has it, whose weights start at 0. Ours start "
                "at 1: multiply by weight.",
            ),
            WrongAnswer(
                lambda x, weight, eps: x * weight / _rms(x * weight, eps),
                "weight is multiplied in before the norm, which then takes its size away again. "
                "Multiply afterwards.",
            ),
            WrongAnswer(
                lambda x, weight, eps: x / _rms(x, eps, dim=0) * weight,
                "The mean runs over axis 0, across different vectors. Each vector is normalised "
                "along its own channels: dim=-1.",
            ),
            WrongAnswer(
                lambda x, weight, eps: x / ((x * x).mean() + eps).sqrt() * weight,
                "One mean for the whole tensor. Each vector needs its own: mean(dim=-1, "
                "keepdim=True).",
            ),
            WrongAnswer(
                lambda x, weight, eps: x / ((x * x).mean(-1) + eps).sqrt() * weight,
                "The mean has lost its axis, so it does not line up with x (with as many vectors "
                "as channels it even lines up wrongly): keepdim=True.",
            ),
        ),
        hints=(
            "The name says it from right to left: Square, then Mean, then Root. Then divide.",
            "(x * x).mean(dim=-1, keepdim=True) has one number for each vector, and still an axis "
            "to line up with x.",
            "x divided by the root of (that mean + eps), times weight. torch.rsqrt(z) is 1 / √z.",
        ),
        quiz=Quiz(
            "A vector of the stream is multiplied by 1,000 before RMSNorm (with a tiny eps). What"
            " does the part behind the norm notice?",
            {
                "Nothing": "The norm divides by the vector's own size. So a part can work with a "
                "stream of any length.",
                "Everything is 1,000 times larger": "That is what the norm prevents: it divides "
                "by the root of the mean square, which has grown as well.",
                "Only its direction has changed": "The direction is what RMSNorm keeps. It is "
                "the length that is lost.",
            },
            answer="Nothing",
        ),
    ),
    Exercise(
        id="layer_norm",
        chapter="02_3_transformer",
        number="2.3.2",
        title="LayerNorm",
        difficulty=2,
        minutes=8,
        reference="lmlab.nn.norms.layer_norm",
        cases=_vectors,
        invariants=(
            Invariant(
                "mean zero, variance one",
                _mean_zero_variance_one,
                "With weight 1, bias 0 and eps 0, each vector must have mean 0 and variance 1.",
            ),
            _by_itself(),
            _no_matter(),
        ),
        wrong_answers=(
            WrongAnswer(
                lambda x, weight, bias, eps: _standard(x, eps, correction=1) * weight + bias,
                "The variance divides by d_model - 1, as x.var() and x.std() do by themselves. It "
                "is the plain mean of the squares here: correction=0.",
            ),
            WrongAnswer(
                lambda x, weight, bias, eps: x / _rms(x, eps) * weight + bias,
                "The mean is left in: that is RMSNorm with a bias. Take it off first.",
            ),
            WrongAnswer(
                lambda x, weight, bias, eps: (
                    (x - x.mean(-1, keepdim=True)) / _rms(x, eps) * weight + bias
                ),
                "The mean is taken off above the line, but not below it: the variance is the mean "
                "square of x - mean.",
            ),
            WrongAnswer(
                lambda x, weight, bias, eps: (x - x.mean(-1, keepdim=True)) * weight + bias,
                "The vector is centred but keeps its size: divide by √(variance + eps).",
            ),
            WrongAnswer(
                lambda x, weight, bias, eps: (
                    (x - x.mean(-1, keepdim=True))
                    / (x.var(-1, correction=0, keepdim=True) + eps)
                    * weight
                    + bias
                ),
                "It is divided by the variance itself; the square root is missing.",
            ),
            WrongAnswer(
                lambda x, weight, bias, eps: (
                    (x - x.mean(-1, keepdim=True))
                    / (x.std(-1, correction=0, keepdim=True) + eps)
                    * weight
                    + bias
                ),
                "eps is added to the standard deviation; it belongs under the root, to the "
                "variance.",
            ),
            WrongAnswer(
                lambda x, weight, bias, eps: _standard(x, 0.0) * weight + bias,
                "eps is not used. Without it a vector of equal numbers is divided by zero.",
            ),
            WrongAnswer(
                lambda x, weight, bias, eps: _standard(x, eps, dim=0) * weight + bias,
                "Mean and variance run over axis 0, across different vectors. That is how "
                "BatchNorm does it; here each vector is measured along its own channels: dim=-1.",
            ),
            WrongAnswer(
                lambda x, weight, bias, eps: (
                    (x - x.mean()) / (x.var(correction=0) + eps).sqrt() * weight + bias
                ),
                "One mean and one variance for the whole tensor. Each vector has its own: dim=-1, "
                "keepdim=True.",
            ),
            WrongAnswer(
                lambda x, weight, bias, eps: _standard(x, eps),
                "weight and bias are missing: scale and shift what is normalised.",
            ),
            WrongAnswer(
                lambda x, weight, bias, eps: _standard(x, eps) * weight,
                "The bias is missing.",
            ),
            WrongAnswer(
                lambda x, weight, bias, eps: _standard(x * weight + bias, eps),
                "weight and bias come first, and the norm takes them away again. Normalise, then "
                "scale and shift.",
            ),
            WrongAnswer(
                lambda x, weight, bias, eps: (_standard(x, eps) + bias) * weight,
                "The bias is scaled too: first times weight, then plus bias.",
            ),
        ),
        hints=(
            "Two steps: make mean 0 and variance 1 out of each vector, then scale and shift it.",
            "centred = x - x.mean(dim=-1, keepdim=True). The variance is the mean of centred².",
            "centred / (variance + eps).sqrt() * weight + bias. With x.var, ask for correction=0.",
        ),
        quiz=Quiz(
            "The same number is added to every channel of a vector. Which norm gives another "
            "result?",
            {
                "LayerNorm": "LayerNorm takes the mean off, and the number with it: its result "
                "stays the same.",
                "RMSNorm": "It takes no mean off, so the number changes the direction, and that "
                "is seen.",
                "both": "LayerNorm first takes the mean off, and with it what was added.",
            },
            answer="RMSNorm",
        ),
    ),
)
