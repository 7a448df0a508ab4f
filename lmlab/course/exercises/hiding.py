"""Two more masks: what is no token, and what is too far back."""

import random

import torch

from lmlab.course.exercise import Exercise, Invariant, Quiz, WrongAnswer
from lmlab.nn.masks import causal_mask


def _lengths(seed):
    """Batches whose longest text fills the width, and others; a text may be empty."""
    rng = random.Random(seed)
    yield torch.tensor([2, 4, 1]), 4
    yield torch.tensor([1, 3, 0]), 5
    yield torch.tensor([3]), 3
    for batch, max_len in ((4, 4), (2, 7), (5, 3)):
        yield torch.tensor([rng.randint(1, max_len - 1) for _ in range(batch)]), max_len


def _counts_the_tokens(answer, lengths, max_len):
    return torch.equal(answer(lengths, max_len).sum(dim=-1), lengths)


def _places(max_len):
    return torch.arange(max_len)


_PADDING = Exercise(
    id="padding_mask",
    chapter="02_2_self_attention",
    number="2.2.5",
    title="Which tokens are real",
    difficulty=1,
    minutes=5,
    reference="lmlab.nn.masks.padding_mask",
    cases=_lengths,
    invariants=(
        Invariant(
            "counts the tokens",
            _counts_the_tokens,
            "Each row must have as many True as its text has tokens.",
        ),
    ),
    wrong_answers=(
        WrongAnswer(
            lambda lengths, max_len: _places(max_len) >= lengths[:, None],
            "The mask is turned round: True is for real tokens, False for padding.",
        ),
        WrongAnswer(
            lambda lengths, max_len: _places(max_len) <= lengths[:, None],
            "One token too many is real: places count from 0, so the last one is length - 1.",
        ),
        WrongAnswer(
            lambda lengths, max_len: _places(max_len) >= max_len - lengths[:, None],
            "The padding stands on the left here; these texts are padded on the right.",
        ),
        WrongAnswer(
            lambda lengths, max_len: _places(max_len)[:, None] < lengths,
            "Rows and columns are swapped: each text is a row, (batch, max_len).",
        ),
        WrongAnswer(
            lambda lengths, max_len: _places(int(lengths.max())) < lengths[:, None],
            "max_len is not used: the longest text of this batch may be shorter than it.",
        ),
        WrongAnswer(
            lambda lengths, max_len: _places(max_len) < lengths,
            "Places and lengths are compared one to one. Each text meets all places: make lengths "
            "a column, lengths[:, None].",
        ),
        WrongAnswer(
            lambda lengths, max_len: (_places(max_len) < lengths[:, None]).float(),
            "The numbers are right, but they are numbers: True and False are wanted, as the "
            "comparison gives them.",
        ),
        WrongAnswer(
            lambda lengths, max_len: (_places(max_len) < lengths[:, None])[:, None].expand(
                -1, max_len, -1
            ),
            "A row for each query is too much: all queries of a text see the same keys, so one "
            "row for each text will do.",
        ),
    ),
    hints=(
        "Which places of a text of length 2 are real: 0, 1, 2, 3?",
        "Compare the places, torch.arange(max_len), with the lengths.",
        "lengths[:, None] is a column, and a row compared with a column is a table: (batch, "
        "max_len).",
    ),
    quiz=Quiz(
        "A batch is padded, and the padding is not masked. Which results are wrong?",
        {
            "those at the padding only": "Nobody reads those. The real tokens look at the padding, "
            "too.",
            "those of the longest text": "It is the only one without padding.",
            "those of every text that has padding": "Its real tokens spend attention on tokens "
            "that mean nothing, so the result depends on who else is in the batch.",
        },
        "those of every text that has padding",
    ),
)


def _windows(seed):
    """Narrow windows, wide ones, and more keys than queries."""
    rng = random.Random(seed)
    yield 4, 4, 2
    yield 3, 5, 2
    yield 5, 5, 1
    yield 3, 3, 9
    for _ in range(4):
        query_len = rng.randint(4, 7)
        yield query_len, query_len + rng.randint(0, 4), rng.randint(2, 3)


def _is_causal(answer, query_len, key_len, window):
    return not bool((answer(query_len, key_len, window) & ~causal_mask(query_len, key_len)).any())


def _sees_a_window(answer, query_len, key_len, window):
    seen = answer(query_len, key_len, window).sum(dim=-1)
    there = torch.arange(query_len) + key_len - query_len + 1  # the keys up to each query
    return torch.equal(seen, there.clamp(max=window))


def _distance(query_len, key_len):
    """How far back each key stands from each query."""
    return torch.arange(query_len)[:, None] + key_len - query_len - torch.arange(key_len)


def _by_distance(allow):
    """The mask of the distances that `allow` lets through."""
    return lambda query_len, key_len, window: allow(_distance(query_len, key_len), window)


def _blocks(query_len, key_len, window):
    query = torch.arange(query_len)[:, None] + key_len - query_len
    return (query // window == torch.arange(key_len) // window) & causal_mask(query_len, key_len)


def _without_offset(query_len, key_len, window):
    distance = torch.arange(query_len)[:, None] - torch.arange(key_len)
    return (distance >= 0) & (distance < window)


_WINDOW = Exercise(
    id="window_mask",
    chapter="02_2_self_attention",
    number="2.2.6",
    title="A window that slides",
    difficulty=2,
    minutes=8,
    reference="lmlab.nn.masks.window_mask",
    cases=_windows,
    invariants=(
        Invariant(
            "never looks ahead",
            _is_causal,
            "A query may look at a later key: the window lies behind it.",
        ),
        Invariant(
            "sees a window",
            _sees_a_window,
            "Each query must see `window` keys, or as many as there are up to it.",
        ),
    ),
    wrong_answers=(
        WrongAnswer(
            _by_distance(lambda d, window: (d >= 0) & (d <= window)),
            "The window is one key too wide: the position itself is one of the `window`.",
        ),
        WrongAnswer(
            _by_distance(lambda d, window: (d > 0) & (d <= window)),
            "Each position sees the keys before it, but not itself.",
        ),
        WrongAnswer(
            _by_distance(lambda d, window: d < window),
            "The window has no front: later keys are seen as well. Let it be causal, too.",
        ),
        WrongAnswer(
            _by_distance(lambda d, window: d.abs() < window),
            "The window reaches to both sides; a causal one lies behind the query only.",
        ),
        WrongAnswer(
            _by_distance(lambda d, window: d >= 0),
            "window is not used: this is the causal mask.",
        ),
        WrongAnswer(
            _by_distance(lambda d, window: d >= window),
            "Only the far keys are seen, and the window is hidden.",
        ),
        WrongAnswer(
            _by_distance(lambda d, window: (d < 0) | (d >= window)),
            "The mask is turned round: True lets a query look.",
        ),
        WrongAnswer(
            _without_offset,
            "Right as long as there are as many keys as queries. With more keys the queries are "
            "the last positions: query i stands at key i + key_len - query_len.",
        ),
        WrongAnswer(
            _blocks,
            "The text is cut into blocks, and each query sees its block. A window slides along, so "
            "that each query has one of its own.",
        ),
    ),
    hints=(
        "Draw it for 4 queries, 4 keys and a window of 2: a band along the diagonal.",
        "It is the causal mask with its far corner cut off. tril() keeps what is below a diagonal, "
        "triu() what is above one.",
        "With d = key_len - query_len, causal_mask(query_len, key_len).triu(d - window + 1).",
    ),
    quiz=Quiz(
        "Each of 4 layers sees a window of 8 tokens. From how far back can something reach the "
        "last token?",
        {
            "7 steps": "That is one layer. What it finds can be looked at by the next one.",
            "28 steps": "Each layer carries it 7 steps further: 4 × 7. That is why windows are not "
            "as blind as they look.",
            "any distance": "Each layer moves it by 7 steps at most.",
        },
        "28 steps",
    ),
)

EXERCISES = (_PADDING, _WINDOW)
