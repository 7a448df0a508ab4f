"""Which keys a query may look at."""

import random

import torch

from lmlab.course.exercise import Exercise, Invariant, Quiz, WrongAnswer


def _cases(seed):
    """Square masks, then masks with more keys than queries; one query, one key too."""
    rng = random.Random(seed)
    yield 3, 3
    yield 2, 5
    yield 1, 1
    yield 1, 4
    for _ in range(4):
        query_len = rng.randint(2, 8)
        yield query_len, query_len + rng.randint(0, 6)


def _sees_itself(answer, query_len, key_len):
    diagonal = answer(query_len, key_len).diagonal(offset=key_len - query_len)
    return len(diagonal) == query_len and bool((diagonal == 1).all())


def _never_looks_ahead(answer, query_len, key_len):
    ahead = torch.ones(query_len, key_len, dtype=torch.bool).triu(1 + key_len - query_len)
    return not bool((answer(query_len, key_len)[ahead] == 1).any())


EXERCISES = (
    Exercise(
        id="causal_mask",
        chapter="00_start_here",
        number="0.2",
        title="A mask that hides the future",
        difficulty=2,
        minutes=10,
        reference="lmlab.nn.masks.causal_mask",
        cases=_cases,
        invariants=(
            Invariant(
                "looks at itself", _sees_itself, "Each position must be allowed to see itself."
            ),
            Invariant(
                "never looks ahead",
                _never_looks_ahead,
                "A query may look at a later position: the answer to be predicted leaks.",
            ),
        ),
        wrong_answers=(
            WrongAnswer(
                lambda q, k: ~torch.ones(q, k, dtype=torch.bool).tril(k - q),
                'The mask is turned round: here True means "may look", and False hides.',
            ),
            WrongAnswer(
                lambda q, k: torch.ones(q, k, dtype=torch.bool).triu(k - q),
                "Each position looks ahead and is blind to its past: the other triangle is wanted.",
            ),
            WrongAnswer(
                lambda q, k: torch.ones(q, k, dtype=torch.bool).tril(k - q - 1),
                "Each position sees what came before, but not itself: move the diagonal by one.",
            ),
            WrongAnswer(
                lambda q, k: torch.ones(q, k, dtype=torch.bool).tril(k - q + 1),
                "Each position sees one step ahead, the very token that it is to predict.",
            ),
            WrongAnswer(
                lambda q, k: torch.ones(q, k, dtype=torch.bool).tril(),
                "Right as long as there are as many keys as queries. With more keys, the queries "
                "are the last positions: query i stands at key i + key_len - query_len.",
            ),
            WrongAnswer(
                lambda q, k: torch.ones(q, q, dtype=torch.bool).tril(),
                "key_len is not used: the mask has one column for each key.",
            ),
            WrongAnswer(
                lambda q, k: torch.ones(k, k, dtype=torch.bool).tril(),
                "query_len is not used: the mask has one row for each query.",
            ),
            WrongAnswer(
                lambda q, k: torch.ones(q, k, dtype=torch.bool).tril(k - q).T,
                "Rows and columns are swapped: queries are the rows, keys the columns.",
            ),
            WrongAnswer(
                lambda q, k: torch.ones(q, k, dtype=torch.bool),
                "Every position sees everything, the future too: keep the lower triangle only.",
            ),
            WrongAnswer(
                lambda q, k: torch.zeros(q, k).masked_fill(
                    ~torch.ones(q, k, dtype=torch.bool).tril(k - q), float("-inf")
                ),
                "These are numbers to add to the scores (0 and -inf). True and False are wanted.",
            ),
        ),
        hints=(
            "Draw the mask for 3 queries and 3 keys: which of the 9 squares may be looked at?",
            "Start from torch.ones(query_len, key_len, dtype=torch.bool) and keep its lower "
            "triangle: .tril().",
            "With more keys than queries the triangle begins further right: tril(diagonal=d). "
            "How many keys come before the first query?",
        ),
        quiz=Quiz(
            "A GPT is trained without a mask: every position sees all tokens of the text. What "
            "happens to its loss?",
            {
                "It stays high, and the model writes badly": "Attention copes with much to look "
                "at, and the answer to each question is now among it: the loss can only fall.",
                "It falls to almost nothing, and the model writes badly": "Each position finds "
                "the next token by looking one step ahead, and learns nothing else. When the "
                "model writes, there is nothing ahead to copy from.",
                "It falls as before, and the model only trains more slowly": "The mask saves no "
                "work here. It keeps the answer out of sight, and without it there is nothing to "
                "learn.",
            },
            answer="It falls to almost nothing, and the model writes badly",
        ),
    ),
)
