"""Attention of one text to another."""

import torch
from torch.nn import functional as F

from lmlab.course.exercise import Exercise, Invariant, Quiz, WrongAnswer
from lmlab.nn.attention import attention, attention_scores, weights_from_scores
from lmlab.nn.multihead import cross_attention


def _two_texts(seed):
    """Texts of different lengths and widths, and of the same; with and without a mask."""
    generator = torch.Generator().manual_seed(seed)

    def normal(*shape):
        return torch.randn(*shape, generator=generator)

    for batch, query, key, d_model, d_memory, d_k, d_v in (
        ((), 2, 3, 2, 2, 2, 2),
        ((2,), 4, 4, 3, 3, 5, 2),
        ((3,), 3, 5, 4, 4, 3, 4),
        ((2,), 3, 4, 4, 2, 3, 5),
    ):
        x, memory = normal(*batch, query, d_model), normal(*batch, key, d_memory)
        w_q, w_k, w_v = normal(d_k, d_model), normal(d_k, d_memory), normal(d_v, d_memory)
        hidden = torch.arange(key) < key - 1  # the last token of the memory is padding
        yield x, memory, w_q, w_k, w_v, hidden if batch else None


def _order_of_memory_is_irrelevant(answer, x, memory, w_q, w_k, w_v, mask):
    given = (w_q, w_k, w_v, None)
    turned = answer(x, memory.flip(-2), *given)
    return torch.allclose(turned, answer(x, memory, *given), atol=1e-4)


def _one_row_for_each_query(answer, x, memory, w_q, w_k, w_v, mask):
    wanted = (*x.shape[:-1], len(w_v))
    return answer(x, memory, w_q, w_k, w_v, mask).shape == wanted


def _mixing(choose):
    """Attention from what `choose` takes for the sources of queries, keys and values."""

    def answer(x, memory, w_q, w_k, w_v, mask):
        q, k, v = (
            F.linear(text, w) for text, w in zip(choose(x, memory), (w_q, w_k, w_v), strict=True)
        )
        fits = mask is None or mask.size(-1) == k.size(-2)
        return attention(q, k, v, mask if fits else None)

    return answer


def _attending(weigh):
    """Cross-attention with weights that `weigh` makes of q, k and the mask."""

    def answer(x, memory, w_q, w_k, w_v, mask):
        weights = weigh(F.linear(x, w_q), F.linear(memory, w_k), mask)
        return weights @ F.linear(memory, w_v)

    return answer


def _causal_too(q, k, mask):
    ahead = torch.ones(q.size(-2), k.size(-2), dtype=torch.bool).tril()
    return weights_from_scores(attention_scores(q, k), ahead if mask is None else ahead & mask)


EXERCISES = (
    Exercise(
        id="cross_attention",
        chapter="02_2_self_attention",
        number="2.2.13",
        title="From one text to another",
        difficulty=2,
        minutes=10,
        reference="lmlab.nn.multihead.cross_attention",
        cases=_two_texts,
        invariants=(
            Invariant(
                "one row for each query",
                _one_row_for_each_query,
                "There must be one result for each token of x, as wide as w_v makes it.",
            ),
            Invariant(
                "order of memory is irrelevant",
                _order_of_memory_is_irrelevant,
                "Without a mask, the order of the memory's tokens must not matter.",
            ),
        ),
        wrong_answers=(
            WrongAnswer(
                _mixing(lambda x, memory: (memory, x, x)),
                "The roles are swapped: x asks, so the queries come from x, and memory answers "
                "with keys and values.",
            ),
            WrongAnswer(
                _mixing(lambda x, memory: (x, x, x)),
                "This is self-attention: memory is not used.",
            ),
            WrongAnswer(
                _mixing(lambda x, memory: (memory, memory, memory)),
                "The memory attends to itself: the queries come from x.",
            ),
            WrongAnswer(
                _mixing(lambda x, memory: (x, memory, x)),
                "Keys come from memory, values from x. What a key promises its own value must "
                "give: both come from memory.",
            ),
            WrongAnswer(
                _mixing(lambda x, memory: (x, x, memory)),
                "Values come from memory, keys from x, so that x is compared with itself. Keys and "
                "values both come from memory.",
            ),
            WrongAnswer(
                _attending(lambda q, k, mask: weights_from_scores(q @ k.mT, mask)),
                "1/√d_k is missing from the scores.",
            ),
            WrongAnswer(
                _attending(lambda q, k, mask: weights_from_scores(attention_scores(q, k))),
                "mask is not used: padding in the memory is looked at.",
            ),
            WrongAnswer(
                _attending(
                    lambda q, k, mask: weights_from_scores(
                        attention_scores(q, k), None if mask is None else ~mask
                    )
                ),
                "The mask is turned round: True lets a query look.",
            ),
            WrongAnswer(
                _attending(_causal_too),
                "A causal mask hides part of the memory. The other text is there as a whole: only "
                "the given mask hides.",
            ),
            WrongAnswer(
                _attending(lambda q, k, mask: weights_from_scores(attention_scores(k, q)).mT),
                "The softmax runs over the queries: each query shares its attention among the "
                "keys.",
            ),
            WrongAnswer(
                lambda x, memory, w_q, w_k, w_v, mask: cross_attention(
                    x, memory, w_q, w_k, torch.eye(memory.size(-1)), mask
                ),
                "The values are memory itself: w_v is not used.",
            ),
        ),
        hints=(
            "Who asks, and who answers? Each of the three matrices belongs to one of the two "
            "texts.",
            "Queries from x, keys and values from memory: F.linear(x, w_q), F.linear(memory, w_k), "
            "…",
            "attention(q, k, v, mask) from lmlab.nn takes any number of queries and of keys.",
        ),
        quiz=Quiz(
            "A text of 5 tokens looks at one of 20. How large is the table of weights?",
            {
                "5 × 20": "A row for each token that looks, a column for each that is looked at.",
                "20 × 5": "Rows are queries, and those come from the text that looks.",
                "25 × 25": "The two texts are not joined; neither looks at itself.",
            },
            "5 × 20",
        ),
    ),
)
