"""A text as its own teacher: inputs, and what is to be predicted."""

import random

import torch

from lmlab.course.exercise import Exercise, Invariant, WrongAnswer


def _cases(seed):
    """Texts whose last tokens fill no block, and one that is filled exactly."""
    rng = random.Random(seed)
    yield torch.tensor([7, 3, 8, 1, 9, 2, 6, 4]), 3
    yield torch.tensor([5, 2, 9, 4, 8]), 2
    for _ in range(5):
        context_length, n_blocks = rng.randint(2, 6), rng.randint(2, 4)
        n_tokens = context_length * n_blocks + rng.randint(1, context_length)
        yield torch.tensor(rng.sample(range(100), n_tokens)), context_length


def _target_is_the_next_input(answer, ids, context_length):
    inputs, targets = answer(ids, context_length)
    return torch.equal(targets[:, :-1], inputs[:, 1:])


def _with_targets(change):
    """Right inputs, and targets that `change` makes of the blocks (batch, context_length + 1)."""

    def answer(ids, context_length):
        blocks = ids.unfold(0, context_length + 1, context_length)
        return blocks[:, :-1], change(blocks)

    return answer


def _swapped(ids, context_length):
    blocks = ids.unfold(0, context_length + 1, context_length)
    return blocks[:, 1:], blocks[:, :-1]


def _cut(length, step):
    """The right shift over blocks of another length or at other places."""

    def answer(ids, context_length):
        blocks = ids.unfold(0, context_length + length, step(context_length))
        return blocks[:, :-1], blocks[:, 1:]

    return answer


EXERCISES = (
    Exercise(
        id="next_token_pairs",
        chapter="01_background",
        number="1.3",
        title="A text that is its own teacher",
        difficulty=2,
        minutes=10,
        reference="lmlab.text.pairs.next_token_pairs",
        cases=_cases,
        invariants=(
            Invariant(
                "the target is the next input",
                _target_is_the_next_input,
                "Inside a block, the target at each place must be the input at the next place.",
            ),
        ),
        wrong_answers=(
            WrongAnswer(
                _with_targets(lambda blocks: blocks[:, :-1]),
                "The targets are not shifted: each token would be asked to predict itself.",
            ),
            WrongAnswer(
                _swapped,
                "Shifted the wrong way: each target is the token before, not the one that follows.",
            ),
            WrongAnswer(
                _with_targets(lambda blocks: blocks[:, :-1].roll(-1, dims=1)),
                "The last target of each block is its own first token: roll goes round in a "
                "circle. It is the token that follows the block.",
            ),
            WrongAnswer(
                _with_targets(lambda blocks: blocks[:, -1]),
                "There is one target for each block; every place in it has a target of its own.",
            ),
            WrongAnswer(
                _with_targets(lambda blocks: blocks[:, :-1] + 1),
                "One is added to the ids. It is the place in the text that moves by one.",
            ),
            WrongAnswer(
                _cut(0, lambda context_length: context_length),
                "The inputs are one token too short: a block needs context_length + 1 tokens, for "
                "the last input has a target too.",
            ),
            WrongAnswer(
                _cut(1, lambda context_length: context_length + 1),
                "Blocks start context_length + 1 apart, so that some tokens are never a target: "
                "the last target of a block is the first input of the next.",
            ),
            WrongAnswer(
                _cut(1, lambda context_length: 1),
                "A block starts at each token, and blocks overlap; here they lie end to end, "
                "context_length apart.",
            ),
        ),
        hints=(
            "Write seven ids on paper and take context_length 3: what are the first inputs, and "
            "what follows each of them?",
            "Block number i is ids[i * context_length : (i + 1) * context_length + 1]. How many of "
            "them does the text fill?",
            "With blocks of shape (batch, context_length + 1), the inputs are all columns but the "
            "last, the targets all columns but the first. ids.unfold(0, size, step) cuts blocks.",
        ),
    ),
)
