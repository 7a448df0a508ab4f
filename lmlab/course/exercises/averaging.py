"""Averages over the past, and over the values of a dictionary."""

import torch

from lmlab.course.exercise import Exercise, Invariant, Quiz, WrongAnswer
from lmlab.nn.averages import causal_average


def _series(seed):
    """Some texts of vectors; the first short enough to be averaged in one's head."""
    generator = torch.Generator().manual_seed(seed)
    yield (torch.tensor([[2.0, 0.0], [4.0, 6.0], [0.0, 3.0]]),)
    for shape in ((1, 3), (5, 4), (2, 6, 3), (3, 2, 4, 5)):
        yield (torch.randn(*shape, generator=generator),)


def _starts_with_itself(answer, x):
    return torch.allclose(answer(x)[..., 0, :], x[..., 0, :], atol=1e-5)


def _future_changes_nothing(answer, x):
    changed = x.clone()
    changed[..., -1, :] += 100.0
    return torch.allclose(answer(x)[..., :-1, :], answer(changed)[..., :-1, :], atol=1e-5)


def _counts(x, first=1):
    return torch.arange(first, first + x.size(-2), dtype=x.dtype)[:, None]


def _running_halves(x):
    means = [x[..., 0, :]]
    for step in range(1, x.size(-2)):
        means.append((means[-1] + x[..., step, :]) / 2)
    return torch.stack(means, dim=-2)


def _without_itself(x):
    return (x.cumsum(dim=-2) - x) / _counts(x, first=0).clamp(min=1)


_AVERAGE = Exercise(
    id="causal_average",
    chapter="02_2_self_attention",
    number="2.2.1",
    title="The average of what came so far",
    difficulty=1,
    minutes=5,
    reference="lmlab.nn.averages.causal_average",
    cases=_series,
    invariants=(
        Invariant(
            "starts with itself",
            _starts_with_itself,
            "The first position has nothing but itself to average: its vector must stay.",
        ),
        Invariant(
            "the future changes nothing",
            _future_changes_nothing,
            "A later vector changes an earlier average: look at what came so far only.",
        ),
    ),
    wrong_answers=(
        WrongAnswer(
            lambda x: x.mean(dim=-2, keepdim=True).expand_as(x),
            "Every position gets the mean of the whole text, the future too. Position t may use "
            "the vectors 0 to t.",
        ),
        WrongAnswer(
            lambda x: x.mean(dim=-2),
            "This is one vector for the whole text; wanted is one for each position.",
        ),
        WrongAnswer(
            _without_itself,
            "Each position averages what came before and leaves itself out.",
        ),
        WrongAnswer(
            lambda x: x.cumsum(dim=-2),
            "These are running sums. Divide each by the number of vectors in it.",
        ),
        WrongAnswer(
            lambda x: x.cumsum(dim=-2) / x.size(-2),
            "Every sum is divided by the length of the text. The sum at position t holds t + 1 "
            "vectors.",
        ),
        WrongAnswer(
            lambda x: x.cumsum(dim=-2) / _counts(x, first=0),
            "The counts begin with 0, so that the first mean divides by nothing; position 0 "
            "already holds one vector.",
        ),
        WrongAnswer(
            lambda x: x.cumsum(dim=0) / torch.arange(1, len(x) + 1).view(-1, *[1] * (x.ndim - 1)),
            "The sum runs along axis 0, which is the batch when there is one. Time is the last "
            "axis but one, dim=-2.",
        ),
        WrongAnswer(
            lambda x: x.cumsum(dim=-1) / torch.arange(1, x.size(-1) + 1),
            "The sum runs along the numbers of each vector. It is time, dim=-2, that is averaged.",
        ),
        WrongAnswer(
            lambda x: causal_average(x.flip(-2)).flip(-2),
            "Each position averages itself and what comes after it: the wrong half.",
        ),
        WrongAnswer(
            _running_halves,
            "This is the mean of the last mean and the new vector, in which a vector loses half of "
            "its weight at each step. All that came so far count alike.",
        ),
    ),
    hints=(
        "On paper: the vectors are 2, 4, 0. What are the three averages?",
        "x.cumsum(dim=-2) holds the sum of all vectors so far, at each position. How many vectors "
        "are in each sum?",
        "Divide by 1, 2, 3, …, shaped as a column so that it meets the time axis: "
        "torch.arange(1, time + 1)[:, None].",
    ),
    quiz=Quiz(
        "Why is an even average a poor way to tell a token about its past?",
        {
            "It looks ahead": "It does not: position t uses the vectors up to t.",
            "Everything counts alike, and one vector of a thousand is lost in it": "What matters "
            "differs from token to token. The weights must depend on what the tokens say.",
            "It cannot be computed for all positions at once": "It can: one product with a table "
            "of weights, or one cumsum.",
        },
        "Everything counts alike, and one vector of a thousand is lost in it",
    ),
)


def _dictionaries(seed):
    """Dictionaries of some entries, asked softly and sharply."""
    generator = torch.Generator().manual_seed(seed)
    key = torch.tensor([[1.0, 0.0], [0.0, 1.0], [-1.0, 0.0]])
    yield torch.tensor([2.0, 1.0]), key, torch.tensor([[10.0], [20.0], [30.0]]), 1.0
    for n, d_k, d_v, sharpness in ((4, 3, 2, 0.5), (5, 3, 3, 2.0), (3, 4, 4, 0.0), (6, 2, 5, 3.0)):
        query, keys, values = (
            torch.randn(*shape, generator=generator) for shape in ((d_k,), (n, d_k), (n, d_v))
        )
        yield query, keys, values, sharpness


def _finds_the_best_when_sharp(answer, query, keys, values, sharpness):
    best = values[(keys @ query).argmax()]
    return torch.allclose(answer(query, keys, values, 1e6), best, atol=1e-4)


def _order_is_irrelevant(answer, query, keys, values, sharpness):
    turned = answer(query, keys.flip(0), values.flip(0), sharpness)
    return torch.allclose(turned, answer(query, keys, values, sharpness), atol=1e-5)


def _lookup(weigh):
    """A lookup with weights that `weigh` makes of the scores and the sharpness."""

    def answer(query, keys, values, sharpness):
        return weigh(keys @ query, sharpness) @ values

    return answer


_LOOKUP = Exercise(
    id="soft_lookup",
    chapter="02_2_self_attention",
    number="2.2.2",
    title="A dictionary that is never at a loss",
    difficulty=2,
    minutes=8,
    reference="lmlab.nn.averages.soft_lookup",
    cases=_dictionaries,
    invariants=(
        Invariant(
            "finds the best when sharp",
            _finds_the_best_when_sharp,
            "With a very large sharpness the answer must be the value of the best key.",
        ),
        Invariant(
            "order is irrelevant",
            _order_is_irrelevant,
            "The order of the entries must not matter.",
        ),
    ),
    wrong_answers=(
        WrongAnswer(
            _lookup(lambda scores, s: torch.eye(len(scores))[scores.argmax()]),
            "This is the hard dictionary: the value of the best key, and nothing of the others.",
        ),
        WrongAnswer(
            _lookup(lambda scores, s: scores.softmax(-1)),
            "sharpness is not used: it multiplies the scores before the softmax.",
        ),
        WrongAnswer(
            _lookup(lambda scores, s: (scores / s).softmax(-1)),
            "The scores are divided by the sharpness, as by a temperature; here they are "
            "multiplied: a larger one makes the best key win by more.",
        ),
        WrongAnswer(
            _lookup(lambda scores, s: s * scores.softmax(-1)),
            "The sharpness comes after the softmax, where it only makes the answer longer. It "
            "belongs to the scores.",
        ),
        WrongAnswer(
            _lookup(lambda scores, s: s * scores),
            "The scores themselves are the weights, and may be negative. A softmax makes shares "
            "of them.",
        ),
        WrongAnswer(
            _lookup(lambda scores, s: s * scores / (s * scores).sum()),
            "Scores divided by their sum are no shares: some are negative, and the sum may be "
            "near 0. Take the exponential first; that is the softmax.",
        ),
        WrongAnswer(
            lambda query, keys, values, s: (s * keys @ query).softmax(-1),
            "These are the weights. The answer is the values, mixed with them: weights @ values.",
        ),
        WrongAnswer(
            lambda query, keys, values, s: (s * keys @ query).softmax(-1) @ keys,
            "The keys are mixed. They only say how well they fit; what is given back is values.",
        ),
        WrongAnswer(
            lambda query, keys, values, s: (
                (s * torch.cosine_similarity(keys, query, dim=-1)).softmax(-1) @ values
            ),
            "Keys and query were brought to length 1 first. Here the plain dot product is the "
            "score, and a long key speaks louder.",
        ),
    ),
    hints=(
        "Three lines: how well does each key fit the query, what share does each get, what comes "
        "out?",
        "keys @ query is one score for each key, its dot product with the query. softmax(dim=-1) "
        "makes shares of scores.",
        "weights = (sharpness * keys @ query).softmax(dim=-1), one for each entry. Now mix the "
        "rows of values with them.",
    ),
    quiz=Quiz(
        "What does the soft dictionary have that a plain one has not?",
        {
            "A gradient with respect to query and keys": "Change a key a little, and the answer "
            "changes a little. So all of them can be learned.",
            "The exact value of the best key": "That is what the plain one gives; the soft one "
            "mixes others in.",
            "A lower cost": "It costs more: the query is compared with every key.",
        },
        "A gradient with respect to query and keys",
    ),
)

EXERCISES = (_AVERAGE, _LOOKUP)
