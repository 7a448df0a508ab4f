"""Attention in several heads, with its projections."""

import math

import torch
from torch.nn import functional as F

from lmlab.course.exercise import Exercise, Invariant, Quiz, WrongAnswer
from lmlab.nn.attention import (
    attention,
    attention_scores,
    merge_heads,
    split_heads,
    weights_from_scores,
)
from lmlab.nn.masks import causal_mask
from lmlab.nn.multihead import multi_head_attention


def _one_text(seed):
    """Texts with four matrices; one head, several; with and without a mask."""
    generator = torch.Generator().manual_seed(seed)
    for shape, n_heads, masked in (
        ((2, 4), 2, False),
        ((3, 6), 3, True),
        ((2, 4, 6), 2, True),
        ((5, 3, 8), 4, False),
    ):
        x = torch.randn(*shape, generator=generator)
        weights = (torch.randn(shape[-1], shape[-1], generator=generator) for _ in range(4))
        yield x, *weights, n_heads, causal_mask(shape[-2]) if masked else None


def _keeps_the_shape(answer, x, *rest):
    return answer(x, *rest).shape == x.shape


def _order_is_irrelevant(answer, x, w_q, w_k, w_v, w_o, n_heads, mask):
    """Without a mask, shuffled tokens give shuffled results."""
    given = (w_q, w_k, w_v, w_o, n_heads, None)
    return torch.allclose(answer(x.flip(-2), *given), answer(x, *given).flip(-2), atol=1e-4)


def _multi(split=split_heads, attend=attention, merge=merge_heads):
    """Multi-head attention with one of its three steps changed."""

    def answer(x, w_q, w_k, w_v, w_o, n_heads, mask):
        q, k, v = (split(F.linear(x, w), n_heads) for w in (w_q, w_k, w_v))
        return F.linear(merge(attend(q, k, v, mask)), w_o)

    return answer


def _rearranged(rearrange):
    """The right function, with its four matrices given to it in another way."""
    return lambda x, q, k, v, o, n_heads, mask: multi_head_attention(
        x, *rearrange(q, k, v, o), n_heads, mask
    )


def _scaled_by_the_model(q, k, v, mask):
    scores = q @ k.mT / math.sqrt(q.size(-1) * q.size(-3))
    return weights_from_scores(scores, mask) @ v


def _one_pattern(q, k, v, mask):
    weights = weights_from_scores(attention_scores(q, k), mask)
    return weights.mean(dim=-3, keepdim=True) @ v


def _among_heads(q, k, v, mask):
    """The heads of a position attend to each other."""
    q, k, v = (each.transpose(-3, -2) for each in (q, k, v))
    return attention(q, k, v).transpose(-3, -2)


EXERCISES = (
    Exercise(
        id="multi_head_attention",
        chapter="02_2_self_attention",
        number="2.2.11",
        title="Several heads at once",
        difficulty=3,
        minutes=15,
        reference="lmlab.nn.multihead.multi_head_attention",
        cases=_one_text,
        invariants=(
            Invariant(
                "keeps the shape", _keeps_the_shape, "What comes out must have the shape of x."
            ),
            Invariant(
                "order is irrelevant",
                _order_is_irrelevant,
                "Without a mask, shuffling the tokens must shuffle the results in the same way.",
            ),
        ),
        wrong_answers=(
            WrongAnswer(
                lambda x, q, k, v, o, n_heads, mask: multi_head_attention(x, q, k, v, o, 1, mask),
                "n_heads is not used: this is one head over the whole width.",
            ),
            WrongAnswer(
                _multi(attend=_scaled_by_the_model),
                "The scores are divided by √d_model. Each head's vectors are d_head long, and it "
                "is their length that counts.",
            ),
            WrongAnswer(
                _rearranged(lambda q, k, v, o: (q, k, v, torch.eye(len(o)))),
                "The output projection is missing: w_o mixes the heads at the end.",
            ),
            WrongAnswer(
                _rearranged(lambda q, k, v, o: (q.T, k.T, v.T, o.T)),
                "The weights are (out, in), as nn.Linear keeps them: x @ w.T, or F.linear(x, w).",
            ),
            WrongAnswer(
                _rearranged(lambda q, k, v, o: (k, q, v, o)),
                "Queries and keys are swapped: each token is looked at where it should look.",
            ),
            WrongAnswer(
                _rearranged(lambda q, k, v, o: (q, k, torch.eye(len(v)), o)),
                "The values are x itself: w_v is not used.",
            ),
            WrongAnswer(
                _multi(split=lambda x, n: x.reshape(*x.shape[:-2], n, x.size(-2), -1)),
                "The heads are cut by reshape alone, which mixes positions: cut the width, then "
                "transpose, as split_heads does.",
            ),
            WrongAnswer(
                _multi(merge=lambda x: x.reshape(*x.shape[:-3], x.size(-2), -1)),
                "The heads are merged by reshape alone, which mixes positions: transpose first, as "
                "merge_heads does.",
            ),
            WrongAnswer(
                _multi(attend=_one_pattern),
                "The heads' weights are averaged, so that all heads look alike. Each mixes its "
                "values with its own weights.",
            ),
            WrongAnswer(
                _multi(attend=_among_heads),
                "Heads attend to each other and not positions: the two axes were not swapped "
                "before the attention.",
            ),
            WrongAnswer(
                _multi(attend=lambda q, k, v, mask: attention(q, k, v)),
                "mask is not passed on to the attention.",
            ),
        ),
        hints=(
            "Five lines: q, k, v by three matrices; split each; attend; merge; project.",
            "F.linear(x, w_q) is x @ w_q.T. split_heads, attention and merge_heads from lmlab.nn "
            "do the rest, on as many batch axes as there are.",
            "heads = attention(split_heads(F.linear(x, w_q), n_heads), …, mask), and last "
            "F.linear(merge_heads(heads), w_o).",
        ),
        quiz=Quiz(
            "With d_model fixed, you double the number of heads. What happens to the parameters?",
            {
                "they double": "The four matrices are d_model × d_model, however they are cut.",
                "they stay": "Heads cut the same width into more slices. Each sees less, and there "
                "are more averages.",
                "they halve": "The slices are half as wide, but there are twice as many.",
            },
            "they stay",
        ),
    ),
)
