"""The equation of attention: its scores, and the whole of it under the causal mask."""

import math

import torch

from lmlab.course.exercise import Exercise, Invariant, Quiz, WrongAnswer
from lmlab.nn.attention import weights_from_scores
from lmlab.nn.masks import causal_mask

# (batch axes, queries, keys, d_k): as many keys as queries, and more; d_k no number of them.
_SHAPES = (((), 2, 2, 4), ((), 3, 5, 2), ((2,), 3, 3, 9), ((2, 3), 4, 6, 5), ((3,), 1, 4, 16))


def _queries_and_keys(seed):
    generator = torch.Generator().manual_seed(seed)
    for batch, query, key, d_k in _SHAPES:
        q = torch.randn(*batch, query, d_k, generator=generator)
        yield q, torch.randn(*batch, key, d_k, generator=generator)


def _has_variance_of_one(answer, q, k):
    """With long normal vectors the scores vary by about 1, however long they are."""
    generator = torch.Generator().manual_seed(0)
    q, k = (torch.randn(100, 256, generator=generator) for _ in range(2))
    return 0.8 < answer(q, k).var().item() < 1.25


def _scaled(scale):
    """Scores divided by what `scale` makes of q and k."""
    return lambda q, k: q @ k.mT / scale(q, k)


_SCORES = Exercise(
    id="attention_scores",
    chapter="02_2_self_attention",
    number="2.2.3",
    title="How well each key answers each query",
    difficulty=1,
    minutes=5,
    reference="lmlab.nn.attention.attention_scores",
    cases=_queries_and_keys,
    invariants=(
        Invariant(
            "variance of one",
            _has_variance_of_one,
            "For normal vectors of any length the scores must vary by about 1.",
        ),
    ),
    wrong_answers=(
        WrongAnswer(
            _scaled(lambda q, k: 1),
            "1/√d_k is missing: the longer the vectors, the larger the scores get.",
        ),
        WrongAnswer(
            _scaled(lambda q, k: q.size(-1)),
            "Divided by d_k; its square root is wanted, for the dot product grows like √d_k.",
        ),
        WrongAnswer(
            _scaled(lambda q, k: q.size(-1) ** -0.5),
            "Multiplied by √d_k: large scores get larger still. Divide.",
        ),
        WrongAnswer(
            _scaled(lambda q, k: math.sqrt(k.size(-2))),
            "Scaled by the number of keys. What makes scores large is the length of the vectors, "
            "d_k, the last axis.",
        ),
        WrongAnswer(
            _scaled(lambda q, k: q.norm(dim=-1, keepdim=True) * k.norm(dim=-1)[..., None, :]),
            "Divided by the lengths of both vectors: that is the cosine of their angle. Here the "
            "lengths stay, and √d_k divides all alike.",
        ),
        WrongAnswer(
            lambda q, k: k @ q.mT / math.sqrt(q.size(-1)),
            "Rows and columns are swapped: queries are the rows, keys the columns.",
        ),
        WrongAnswer(
            lambda q, k: q.mT @ k / math.sqrt(q.size(-1)) if q.size(-2) == k.size(-2) else None,
            "The wrong one is transposed, and time is summed away: what is left is (d_k, d_k).",
        ),
        WrongAnswer(
            lambda q, k: q @ k.permute(*reversed(range(k.ndim))) / math.sqrt(q.size(-1)),
            "With a batch, transposing all axes turns the batch too: swap the last two only, k.mT.",
        ),
        WrongAnswer(
            lambda q, k: (q @ k.mT / math.sqrt(q.size(-1))).softmax(dim=-1),
            "These are the weights already. The scores come before the softmax.",
        ),
    ),
    hints=(
        "One number for each pair of a query and a key: their dot product. Which product of "
        "matrices gives all of them at once?",
        "q is (query, d_k), and k is (key, d_k): swap the last two axes of k, with k.mT, and the "
        "product is (query, key).",
        "Divide by the square root of d_k, the size of the last axis: math.sqrt(q.size(-1)).",
    ),
    quiz=Quiz(
        "Two heads are 16 and 64 wide. Without the scale, how would their scores compare at the "
        "start of training?",
        {
            "alike": "The wide one adds up four times as many products.",
            "the wide head's are twice as large, typically": "The variance grows like the width, "
            "the typical size like its root: √(64 / 16) = 2.",
            "the wide head's are four times as large, typically": "Their variance is; the typical "
            "size is its square root.",
        },
        "the wide head's are twice as large, typically",
    ),
)


def _queries_keys_values(seed):
    """As many keys as queries, then more keys, as when a model writes."""
    generator = torch.Generator().manual_seed(seed)
    for (batch, query, key, d_k), d_v in zip(_SHAPES, (3, 4, 2, 7, 5), strict=True):
        shapes = ((query, d_k), (key, d_k), (key, d_v))
        yield tuple(torch.randn(*batch, *shape, generator=generator) for shape in shapes)


def _past_stays(answer, q, k, v):
    """Later keys and values cannot change the first query's result."""
    seen = k.size(-2) - q.size(-2) + 1
    later_k, later_v = k.clone(), v.clone()
    later_k[..., seen:, :], later_v[..., seen:, :] = 50.0, -50.0
    before, after = answer(q, k, v), answer(q, later_k, later_v)
    return torch.allclose(before[..., 0, :], after[..., 0, :], atol=1e-4)


def _is_stable(answer, q, k, v):
    return bool(torch.isfinite(answer(1e4 * q, k, v)).all())


def _attention(scale=math.sqrt, mask=causal_mask, weigh=weights_from_scores):
    """Causal attention with its scale, its mask or its softmax changed."""

    def answer(q, k, v):
        scores = q @ k.mT / scale(q.size(-1))
        return weigh(scores, mask(q.size(-2), k.size(-2))) @ v

    return answer


def _hidden(scores, mask):
    return scores.masked_fill(~mask, -torch.inf)


def _weights_alone(q, k, v):
    eye = torch.eye(k.size(-2)).expand(*k.shape[:-1], -1)
    return _attention()(q, k, eye)


_CAUSAL = Exercise(
    id="causal_attention",
    chapter="02_2_self_attention",
    number="2.2.8",
    title="Attention that cannot look ahead",
    difficulty=2,
    minutes=10,
    reference="lmlab.nn.attention.causal_attention",
    cases=_queries_keys_values,
    invariants=(
        Invariant(
            "the past stays",
            _past_stays,
            "Keys and values that come later change an earlier result: the future leaks.",
        ),
        Invariant("stable", _is_stable, "Scores of ±10,000 must not give nan or inf."),
    ),
    wrong_answers=(
        WrongAnswer(
            _attention(mask=lambda query, key: None),
            "Nothing is masked: each query sees the future.",
        ),
        WrongAnswer(
            _attention(scale=lambda d_k: 1.0),
            "1/√d_k is missing from the scores.",
        ),
        WrongAnswer(
            _attention(scale=lambda d_k: d_k),
            "The scores are divided by d_k; its square root is wanted.",
        ),
        WrongAnswer(
            _attention(weigh=lambda scores, mask: scores.softmax(-1) * mask),
            "The mask comes after the softmax, so the future has taken its share, and what is left "
            "does not sum to one.",
        ),
        WrongAnswer(
            _attention(weigh=lambda *given: _hidden(*given).softmax(-2)),
            "The softmax runs over the queries; it is the keys, dim=-1, that share a query's "
            "attention.",
        ),
        WrongAnswer(
            _attention(
                weigh=lambda *given: _hidden(*given).flatten(-2).softmax(-1).view_as(given[0])
            ),
            "One softmax over the whole matrix; each query needs one of its own.",
        ),
        WrongAnswer(
            _attention(weigh=lambda scores, mask: (scores * mask).softmax(-1)),
            "Masked scores are 0, not -inf, and a score of 0 still gets weight.",
        ),
        WrongAnswer(
            _attention(weigh=lambda scores, mask: scores * mask),
            "The softmax is missing: scores are mixed as they are.",
        ),
        WrongAnswer(
            _attention(mask=lambda query, key: causal_mask(query, key).tril(key - query - 1)),
            "Each position sees what came before it, but not itself.",
        ),
        WrongAnswer(
            _attention(
                mask=lambda query, key: torch.ones(query, key, dtype=torch.bool).triu(key - query)
            ),
            "The other triangle is masked: each position looks ahead and not back.",
        ),
        WrongAnswer(
            _attention(mask=lambda query, key: torch.ones(query, key, dtype=torch.bool).tril()),
            "Right as long as there are as many keys as queries. With more keys, the queries are "
            "the last positions: lmlab.nn.causal_mask(query, key) knows that.",
        ),
        WrongAnswer(
            _weights_alone,
            "These are the weights; the values are still to be mixed with them: weights @ v.",
        ),
    ),
    hints=(
        "Scores, mask, softmax, mix: you have written the first three steps already.",
        "lmlab.nn has attention_scores, causal_mask and weights_from_scores. How many queries and "
        "keys are there? q.size(-2), k.size(-2).",
        "weights = weights_from_scores(attention_scores(q, k), causal_mask(query, key)); the "
        "result is weights @ v.",
    ),
    quiz=Quiz(
        "A GPT is trained without its causal mask. What happens?",
        {
            "The loss falls to almost nothing, and the model writes nonsense": "It copies the next "
            "token from where it stands. When it writes, there is nothing to copy.",
            "It does not learn": "It learns at once, but to copy.",
            "It becomes a BERT": "BERT sees both sides, but what it must name is hidden from it.",
        },
        "The loss falls to almost nothing, and the model writes nonsense",
    ),
)

EXERCISES = (_SCORES, _CAUSAL)
