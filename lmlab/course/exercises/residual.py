"""The block put together from parts that are given, in both orders."""

import torch
from torch.nn import functional as F

from lmlab.course.exercise import Exercise, Function, Invariant, Quiz, WrongAnswer


class _Part:
    """A part of a block: a function that says what it does when it is printed."""

    def __init__(self, name: str, function: Function):
        self.name, self.function = name, function

    def __call__(self, x):
        return self.function(x)

    def __repr__(self) -> str:
        return self.name

    def __deepcopy__(self, memo) -> "_Part":
        return self  # it holds nothing that could be changed


_NOTHING = _Part("x → 0", lambda x: 0 * x)
_MIXED = _Part("x → the mean of x up to here", lambda x: x.cumsum(-2) / _places(x))
_SETS = (
    (
        _Part("x → 10 x", lambda x: 10 * x),
        _Part("x → x²", lambda x: x * x),
        _Part("x → x + 1", lambda x: x + 1),
        _Part("x → x / 2", lambda x: x / 2),
    ),
    (
        _MIXED,
        _Part("x → sin(x)", torch.sin),
        _Part("x → 3 x", lambda x: 3 * x),
        _Part("x → x - 1", lambda x: x - 1),
    ),
    (
        _MIXED,
        _Part("x → gelu(x)", F.gelu),
        _Part("x → LayerNorm(x)", lambda x: F.layer_norm(x, x.shape[-1:])),
        _Part("x → 2 RMSNorm(x)", lambda x: 2 * F.rms_norm(x, x.shape[-1:])),
    ),
)
"""Attention, feed-forward and the norms before (or after) each; no two do the same."""


def _places(x):
    return torch.arange(1, x.size(-2) + 1)[:, None]


def _blocks(seed):
    """Parts that one can follow by head, then parts like those of a model."""
    generator = torch.Generator().manual_seed(seed)
    yield torch.tensor([[1.0, 2.0]]), *_SETS[0]
    for parts in _SETS:
        for shape in ((2, 3), (2, 4, 5)):
            yield torch.randn(shape, generator=generator), *parts


def _nothing_to_add(answer, x, attention, feed_forward, attn_norm, mlp_norm):
    """What the block makes of x when neither part writes anything."""
    return answer(x, _NOTHING, _NOTHING, attn_norm, mlp_norm)


def _stream_goes_through(answer, x, *parts):
    return torch.allclose(_nothing_to_add(answer, x, *parts), x, atol=1e-5)


def _sum_is_normed_twice(answer, x, attention, feed_forward, attn_norm, mlp_norm):
    found = _nothing_to_add(answer, x, attention, feed_forward, attn_norm, mlp_norm)
    return torch.allclose(found, mlp_norm(attn_norm(x)), atol=1e-5)


def _both_parts_are_heard(answer, x, attention, feed_forward, *norms):
    whole = answer(x, attention, feed_forward, *norms)
    return all(
        not torch.allclose(whole, answer(x, *parts, *norms))
        for parts in ((_NOTHING, feed_forward), (attention, _NOTHING))
    )


def _post(x, attention, feed_forward, attn_norm, mlp_norm):
    x = attn_norm(x + attention(x))
    return mlp_norm(x + feed_forward(x))


def _pre(x, attention, feed_forward, attn_norm, mlp_norm):
    x = x + attention(attn_norm(x))
    return x + feed_forward(mlp_norm(x))


def _same(x):
    return x


def _pre_ff_reads_x(x, a, f, n1, n2):
    return x + a(n1(x)) + f(n2(x))


def _pre_second_adds_x(x, a, f, n1, n2):
    return x + f(n2(x + a(n1(x))))


def _pre_stream_is_normed(x, a, f, n1, n2):
    x = n1(x)
    x = n2(x + a(x))
    return x + f(x)


def _post_second_adds_x(x, a, f, n1, n2):
    return n2(x + f(n1(x + a(x))))


def _post_ff_reads_x(x, a, f, n1, n2):
    return n2(n1(x + a(x)) + f(x))


def _norm_inside(x, a, f, n1, n2):
    x = x + n1(a(x))
    return x + n2(f(x))


def _both_heard():
    return Invariant(
        "both parts are heard",
        _both_parts_are_heard,
        "Attention and feed-forward must both make a difference to the result.",
    )


EXERCISES = (
    Exercise(
        id="post_norm_block",
        chapter="02_3_transformer",
        number="2.3.3",
        title="The block of 2017: post-norm",
        difficulty=2,
        minutes=8,
        reference="lmlab.nn.residual.post_norm_block",
        cases=_blocks,
        invariants=(
            Invariant(
                "each sum is normalised",
                _sum_is_normed_twice,
                "When neither part writes anything, mlp_norm(attn_norm(x)) must come out: each "
                "sum is normalised once.",
            ),
            _both_heard(),
        ),
        wrong_answers=(
            WrongAnswer(
                _pre,
                "The norm stands before each part: that is the next exercise, pre-norm. Here it "
                "takes the sum: norm(x + part(x)).",
            ),
            WrongAnswer(
                lambda x, a, f, n1, n2: n2(f(n1(a(x)))),
                "Nothing is added to the stream: the residual, x + …, is missing twice.",
            ),
            WrongAnswer(
                lambda x, a, f, n1, n2: n2(f(n1(x + a(x)))),
                "The second residual is missing: what attention made is to be added to what the "
                "feed-forward writes, before mlp_norm.",
            ),
            WrongAnswer(
                lambda x, a, f, n1, n2: _post(x, lambda y: a(y) - y, f, n1, n2),
                "The first residual is missing: attn_norm takes x + attention(x).",
            ),
            WrongAnswer(
                _norm_inside,
                "Each norm takes what a part writes, before it is added. In the block of 2017 it "
                "takes the sum.",
            ),
            WrongAnswer(
                _post_second_adds_x,
                "The second sum adds the x from the beginning of the block. The stream has moved "
                "on: add what came out of attn_norm.",
            ),
            WrongAnswer(
                _post_ff_reads_x,
                "The feed-forward reads the x from the beginning of the block, and so nothing of "
                "what attention found. Let it read what came out of attn_norm.",
            ),
            WrongAnswer(
                lambda x, a, f, n1, n2: _post(x, a, f, n1, _same),
                "The second norm is missing.",
            ),
            WrongAnswer(
                lambda x, a, f, n1, n2: _post(x, a, f, _same, n2),
                "The first norm is missing: the feed-forward reads a stream that is normalised.",
            ),
            WrongAnswer(
                lambda x, a, f, n1, n2: _post(x, a, f, _same, _same),
                "Both norms are missing.",
            ),
            WrongAnswer(
                lambda x, a, f, n1, n2: _post(x, a, f, n2, n1),
                "The norms are swapped: attn_norm comes after attention.",
            ),
            WrongAnswer(
                lambda x, a, f, n1, n2: _post(x, a, f, n1, n1),
                "attn_norm is used twice; each sum has a norm of its own, with weights of its own.",
            ),
            WrongAnswer(
                lambda x, a, f, n1, n2: _post(x, f, a, n2, n1),
                "The feed-forward comes first; the block begins with attention.",
            ),
            WrongAnswer(
                lambda x, a, f, n1, n2: n1(x + a(x)),
                "The block ends after attention; the feed-forward is missing.",
            ),
            WrongAnswer(
                lambda x, a, f, n1, n2: n1(x) + a(x),
                "attn_norm takes x alone, and the block ends there. It takes the sum, "
                "x + attention(x), and then comes the feed-forward in the same way.",
            ),
        ),
        hints=(
            "The same thing happens twice: a part reads the stream, its result is added to the "
            "stream, the sum is normalised.",
            "Call the stream x all the way: after x = attn_norm(x + attention(x)), nobody needs "
            "the old one any more.",
            "Two lines: x = attn_norm(x + attention(x)), and the same with the other two.",
        ),
        quiz=Quiz(
            "All weights of attention and feed-forward are zero. What does a post-norm block hand"
            " on?",
            {
                "x, as it came": "That would be the pre-norm block. Here each sum is normalised, "
                "and the sum is x.",
                "x, normalised": "The sums are x alone, and each of them passes through a norm.",
                "zeros": "The parts write zeros, but x is added to them before the norm.",
            },
            answer="x, normalised",
        ),
    ),
    Exercise(
        id="pre_norm_block",
        chapter="02_3_transformer",
        number="2.3.4",
        title="The block of today: pre-norm",
        difficulty=2,
        minutes=8,
        reference="lmlab.nn.residual.pre_norm_block",
        cases=_blocks,
        invariants=(
            Invariant(
                "the stream goes through",
                _stream_goes_through,
                "When neither part writes anything, x must come out as it went in: no norm stands "
                "in the stream itself.",
            ),
            _both_heard(),
        ),
        wrong_answers=(
            WrongAnswer(
                _post,
                "The norm takes the sum, as in 2017. Here it stands before the part: "
                "x + part(norm(x)).",
            ),
            WrongAnswer(
                lambda x, a, f, n1, n2: f(n2(a(n1(x)))),
                "Nothing is added to the stream: the residual, x + …, is missing twice.",
            ),
            WrongAnswer(
                lambda x, a, f, n1, n2: f(n2(x + a(n1(x)))),
                "The second residual is missing: all that stood in the stream is replaced by what "
                "the feed-forward writes.",
            ),
            WrongAnswer(
                lambda x, a, f, n1, n2: a(n1(x)) + f(n2(a(n1(x)))),
                "The first residual is missing: x is lost as soon as attention has read it.",
            ),
            WrongAnswer(
                _pre_ff_reads_x,
                "Both parts read the same x, so the feed-forward works without what attention "
                "found. (Some models do so on purpose, to compute both at once.) Let it read the "
                "stream after attention.",
            ),
            WrongAnswer(
                _pre_second_adds_x,
                "The feed-forward's result is added to the x from the beginning of the block, and "
                "what attention wrote is lost from the stream.",
            ),
            WrongAnswer(
                lambda x, a, f, n1, n2: x + _pre(x, a, f, n1, n2),
                "x is added once too often: after attention it is in the stream already.",
            ),
            WrongAnswer(
                _norm_inside,
                "The norms stand behind the parts. Each part reads a normalised stream: "
                "part(norm(x)).",
            ),
            WrongAnswer(
                _pre_stream_is_normed,
                "The normalised vector takes the place of the stream. Only the part reads it; "
                "what its result is added to is x as it was.",
            ),
            WrongAnswer(
                lambda x, a, f, n1, n2: _pre(x, a, f, _same, _same),
                "Both norms are missing.",
            ),
            WrongAnswer(
                lambda x, a, f, n1, n2: _pre(x, a, f, n1, _same),
                "The second norm is missing: the feed-forward reads mlp_norm(x).",
            ),
            WrongAnswer(
                lambda x, a, f, n1, n2: _pre(x, a, f, _same, n2),
                "The first norm is missing: attention reads attn_norm(x).",
            ),
            WrongAnswer(
                lambda x, a, f, n1, n2: _pre(x, a, f, n2, n1),
                "The norms are swapped: attn_norm stands before attention.",
            ),
            WrongAnswer(
                lambda x, a, f, n1, n2: _pre(x, a, f, n1, n1),
                "attn_norm is used twice; each part has a norm of its own, with weights of its "
                "own.",
            ),
            WrongAnswer(
                lambda x, a, f, n1, n2: _pre(x, f, a, n2, n1),
                "The feed-forward comes first; the block begins with attention.",
            ),
            WrongAnswer(
                lambda x, a, f, n1, n2: x + a(n1(x)),
                "The block ends after attention; the feed-forward is missing.",
            ),
        ),
        hints=(
            "The same thing happens twice: a part reads a normalised copy of the stream, and its "
            "result is added to the stream itself.",
            "x + attention(attn_norm(x)) is the new stream. The feed-forward goes on from it.",
            "Two lines: x = x + attention(attn_norm(x)), and the same with the other two.",
        ),
        quiz=Quiz(
            "A pre-norm model of 100 blocks is untrained, and its parts write next to nothing. "
            "How does the gradient get from the last block to the first?",
            {
                "it is multiplied by 100 matrices on its way": "The way through the parts is one "
                "of many. The sum has another, on which nothing is multiplied.",
                "along the plus signs, as it is": "Each block adds to the stream, and the "
                "derivative of x + … with respect to x begins with 1.",
                "through 100 norms, which rescale it": "The norms stand in front of the parts, "
                "in the side roads; the stream passes them by.",
            },
            answer="along the plus signs, as it is",
        ),
    ),
)
