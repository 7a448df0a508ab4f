"""One head of keys and values for a group of query heads."""

import torch

from lmlab.course.exercise import Exercise, Invariant, Quiz, WrongAnswer


def _shared(seed):
    """One head for all, groups of two and three, a head for each."""
    generator = torch.Generator().manual_seed(seed)
    yield torch.tensor([[[1.0, 2.0]], [[3.0, 4.0]]]), 4
    for shape, n_heads in (
        ((2, 3, 4), 6),
        ((1, 2, 3), 3),
        ((2, 3, 2, 4), 9),
        ((3, 2, 5, 2), 2),
        ((2, 2, 2, 3, 2), 4),
    ):
        yield torch.randn(*shape, generator=generator), n_heads


def _neighbours_share(answer, x, n_heads):
    group = n_heads // x.size(-3)
    return torch.equal(answer(x, n_heads)[..., ::group, :, :], x)


def _repeated(x, n_heads):
    return x.repeat(*[1] * (x.ndim - 3), n_heads // x.size(-3), 1, 1)


EXERCISES = (
    Exercise(
        id="share_heads",
        chapter="02_2_self_attention",
        number="2.2.12",
        title="Fewer keys than queries",
        difficulty=2,
        minutes=8,
        reference="lmlab.nn.attention.share_heads",
        cases=_shared,
        invariants=(
            Invariant(
                "neighbours share",
                _neighbours_share,
                "The first query head of each group must get that group's key head.",
            ),
        ),
        wrong_answers=(
            WrongAnswer(
                lambda x, n_heads: x,
                "Nothing is shared out: wanted is one key head for each of n_heads query heads.",
            ),
            WrongAnswer(
                _repeated,
                "The whole row of heads is repeated: 0 1 0 1. Neighbours share, 0 0 1 1: "
                "repeat_interleave.",
            ),
            WrongAnswer(
                lambda x, n_heads: x.repeat_interleave(n_heads, dim=-3),
                "Each head is copied n_heads times, which makes too many; n_heads is what there "
                "should be in all.",
            ),
            WrongAnswer(
                lambda x, n_heads: x.repeat_interleave(n_heads // x.size(-3), dim=-2),
                "Time is stretched. It is the heads, the third axis from the end, that are copied.",
            ),
            WrongAnswer(
                lambda x, n_heads: x.repeat_interleave(n_heads // x.size(-3), dim=-1),
                "The width is stretched. It is the heads, the third axis from the end, that are "
                "copied.",
            ),
            WrongAnswer(
                lambda x, n_heads: x.repeat_interleave(n_heads // x.size(-3), dim=1),
                "The axis is counted from the front, and is that of the heads only after exactly "
                "one batch axis. Count from the end: dim=-3.",
            ),
            WrongAnswer(
                lambda x, n_heads: x.mean(dim=-3, keepdim=True).repeat_interleave(n_heads, dim=-3),
                "All query heads get the mean of the key heads. Each group has a key head of its "
                "own.",
            ),
            WrongAnswer(
                lambda x, n_heads: x.repeat_interleave(x.size(-3), dim=-3),
                "Each head is copied as often as there are key heads. The group is n_heads // "
                "n_kv_heads, which is the same only by chance.",
            ),
        ),
        hints=(
            "4 query heads, 2 key heads: queries 0 and 1 share one, 2 and 3 the other.",
            "How many query heads share a key head? n_heads // x.size(-3).",
            "x.repeat_interleave(group, dim=-3) writes each head `group` times, one after the "
            "other.",
        ),
        quiz=Quiz(
            "A model has 32 query heads and 8 key/value heads. What gets four times smaller?",
            {
                "the table of weights": "Each query head has a table of its own still.",
                "the keys and values that are kept while writing": "And they are what fills the "
                "memory when the text is long.",
                "the number of different averages": "There are 32 still: the queries differ.",
            },
            "the keys and values that are kept while writing",
        ),
    ),
)
