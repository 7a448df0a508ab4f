"""Heads: the width is cut into slices, and put together again."""

import torch

from lmlab.course.exercise import Exercise, Invariant, Quiz, WrongAnswer
from lmlab.nn.attention import merge_heads, split_heads


def _vectors(seed):
    """As many heads as steps in time, more, and fewer; one batch axis, two and none."""
    generator = torch.Generator().manual_seed(seed)
    yield torch.arange(8.0).view(2, 4), 2
    for shape, n_heads in (((3, 6), 2), ((2, 4, 8), 4), ((2, 3, 4, 6), 3), ((5, 4, 6), 6)):
        yield torch.randn(*shape, generator=generator), n_heads


def _merging_undoes_it(answer, x, n_heads):
    return torch.equal(merge_heads(answer(x, n_heads)), x)


def _positions_stay_apart(answer, x, n_heads):
    """A change at the last position changes the last position of each head only."""
    changed = x.clone()
    changed[..., -1, :] += 1.0
    before, after = answer(x, n_heads), answer(changed, n_heads)
    return torch.equal(before[..., :-1, :], after[..., :-1, :])


def _reshaped(x, n_heads):
    return x.reshape(*x.shape[:-2], n_heads, x.size(-2), -1)


_SPLIT = Exercise(
    id="split_heads",
    chapter="02_2_self_attention",
    number="2.2.9",
    title="Cut the width into heads",
    difficulty=2,
    minutes=8,
    reference="lmlab.nn.attention.split_heads",
    cases=_vectors,
    invariants=(
        Invariant(
            "merging undoes it",
            _merging_undoes_it,
            "Laid side by side again, the heads must give x.",
        ),
        Invariant(
            "positions stay apart",
            _positions_stay_apart,
            "One position's numbers turn up at another position.",
        ),
    ),
    wrong_answers=(
        WrongAnswer(
            _reshaped,
            "The shape is right, the numbers are not: view and reshape read on row by row, so "
            "that a head gets whole positions instead of a slice of each. Cut the last axis, then "
            "transpose.",
        ),
        WrongAnswer(
            lambda x, n_heads: x.unflatten(-1, (-1, n_heads)).mT.transpose(-3, -2),
            "Each head takes every n_heads-th number. A head is a slice of neighbours: cut into "
            "(n_heads, d_head), in this order.",
        ),
        WrongAnswer(
            lambda x, n_heads: x.unflatten(-1, (-1, n_heads)).transpose(-3, -2),
            "n_heads and d_head are mixed up: there should be n_heads slices, each d_model / "
            "n_heads wide.",
        ),
        WrongAnswer(
            lambda x, n_heads: x.unflatten(-1, (n_heads, -1)),
            "The width is cut; now bring the heads in front of time, so that each head is a "
            "matrix (time, d_head): transpose(-3, -2).",
        ),
        WrongAnswer(
            lambda x, n_heads: x.unflatten(-1, (n_heads, -1)).movedim(-3, -1),
            "Each head lies on its side, (d_head, time); (time, d_head) is wanted.",
        ),
        WrongAnswer(
            lambda x, n_heads: torch.stack(x.chunk(n_heads, dim=-1)),
            "The heads come before the batch. They belong between batch and time: "
            "torch.stack(…, dim=-3).",
        ),
        WrongAnswer(
            lambda x, n_heads: x.unsqueeze(-3).expand(*x.shape[:-2], n_heads, -1, -1),
            "Each head gets a copy of everything. It should get its own slice of the width.",
        ),
        WrongAnswer(
            lambda x, n_heads: torch.stack(x.tensor_split(n_heads, dim=-2), dim=-3),
            "It is time that is cut into pieces. Every head sees the whole text, in its slice of "
            "the width.",
        ),
    ),
    hints=(
        "With d_model = 4 and 2 heads, which numbers of each vector belong to the first head?",
        "Cut the last axis in two: x.unflatten(-1, (n_heads, -1)) is (…, time, n_heads, d_head). "
        "What is still in the wrong place?",
        "Swap time and heads: .transpose(-3, -2).",
    ),
    quiz=Quiz(
        "x.view(batch, n_heads, time, d_head) has the right shape. What is in its first head?",
        {
            "the first slice of every position": "That takes a transpose: view reads on row by "
            "row.",
            "all of the first positions' numbers": "The first time / n_heads positions, cut into "
            "pieces. The others are in other heads, and cannot be looked at.",
            "an error": "The number of elements is right, so view does not complain. That makes it "
            "so nasty.",
        },
        "all of the first positions' numbers",
    ),
)


def _heads(seed):
    """What `split_heads` returns."""
    for x, n_heads in _vectors(seed):
        yield (split_heads(x, n_heads),)


def _splitting_undoes_it(answer, x):
    return torch.equal(split_heads(answer(x), x.size(-3)), x)


_MERGE = Exercise(
    id="merge_heads",
    chapter="02_2_self_attention",
    number="2.2.10",
    title="Lay the heads side by side",
    difficulty=1,
    minutes=5,
    reference="lmlab.nn.attention.merge_heads",
    cases=_heads,
    invariants=(
        Invariant(
            "splitting undoes it",
            _splitting_undoes_it,
            "Cut into heads again, the result must give what went in.",
        ),
    ),
    wrong_answers=(
        WrongAnswer(
            lambda x: x.reshape(*x.shape[:-3], x.size(-2), -1),
            "The shape is right, the numbers are not: reshape reads one head to its end before "
            "the next, and mixes positions. Bring time in front of the heads first.",
        ),
        WrongAnswer(
            lambda x: x.mean(dim=-3),
            "The heads are averaged. They are laid side by side, so that nothing is lost; mixing "
            "them is the output projection's work.",
        ),
        WrongAnswer(
            lambda x: x.sum(dim=-3),
            "The heads are added. They are laid side by side; adding comes with the output "
            "projection.",
        ),
        WrongAnswer(
            lambda x: x.flatten(-3, -2),
            "The heads are laid end to end in time: the text gets n_heads times longer. They "
            "belong side by side in the width.",
        ),
        WrongAnswer(
            lambda x: x.movedim(-3, -1).flatten(-2),
            "The heads are shuffled like cards: one number of each in turn. Each head's numbers "
            "stay together.",
        ),
        WrongAnswer(
            lambda x: x.transpose(-3, -2),
            "Time is in front of the heads; now make the last two axes one: flatten(-2).",
        ),
        WrongAnswer(
            lambda x: torch.cat(tuple(x), dim=-1),
            "Axis 0 holds the heads only when there is no batch. Count from the end: the heads "
            "are axis -3.",
        ),
    ),
    hints=(
        "It is split_heads backwards: which step did that one take last?",
        "Swap heads and time, transpose(-3, -2): (…, time, n_heads, d_head).",
        "Then make one axis of the last two: flatten(-2).",
    ),
)


EXERCISES = (_SPLIT, _MERGE)
