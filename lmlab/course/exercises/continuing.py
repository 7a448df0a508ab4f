"""Where a summariser looks while it copies, and how a GPT learns to go on with a summary."""

import random

import torch

from lmlab.course.exercise import Exercise, Invariant, Quiz, WrongAnswer
from lmlab.tasks.summarisation.continuation import continuation_row

CHAPTER = "06_3_summarisation"


def _maps(seed):
    """One map by hand, then heads of heads; tokens stand in the source twice, once or never."""
    generator = torch.Generator().manual_seed(seed)
    weights = torch.tensor([[0.5, 0.25, 0.25], [0.125, 0.75, 0.125]])
    yield weights, torch.tensor([4, 7, 4]), torch.tensor([4, 7])
    for shape in ((2,), (3, 2), (2, 4)):
        source = torch.tensor([1, 2, 3, 1, 4, 5, 2])
        target = torch.tensor([1, 5, 9, 2])[torch.randperm(4, generator=generator)]
        logits = torch.randn(*shape, 4, 7, generator=generator)
        yield logits.softmax(dim=-1), source, target


def _a_share(answer, weights, source_ids, target_ids):
    found = answer(weights, source_ids, target_ids)
    return bool((found >= -1e-6).all() and (found <= 1 + 1e-5).all())


def _all_where_all_is_the_same(answer, weights, source_ids, target_ids):
    found = answer(weights, torch.ones_like(source_ids), torch.ones_like(target_ids))
    return found.shape == weights.shape[:-1] and bool((found - 1).abs().max() < 1e-4)


def _same(source_ids, target_ids):
    return target_ids[:, None] == source_ids


def _first_place(weights, source_ids, target_ids):
    same = _same(source_ids, target_ids)
    first = same & (same.cumsum(dim=-1) == 1)
    return (weights * first).sum(dim=-1)


def _one_row_late(weights, source_ids, target_ids):
    return (weights.roll(-1, dims=-2) * _same(source_ids, target_ids)).sum(dim=-1)


_COPYING = Exercise(
    id="copying_attention",
    chapter=CHAPTER,
    number="6.3.4",
    title="Looking at what one writes",
    difficulty=2,
    minutes=8,
    reference="lmlab.tasks.summarisation.copying.copying_attention",
    cases=_maps,
    invariants=(
        Invariant("a share", _a_share, "Each is a share of the attention, from 0 to 1."),
        Invariant(
            "all of it where all tokens are the same",
            _all_where_all_is_the_same,
            "Where source and summary are one token again and again, the share is 1 for each "
            "token that is written, in each head.",
        ),
    ),
    wrong_answers=(
        WrongAnswer(
            lambda weights, source_ids, target_ids: (weights * _same(source_ids, target_ids)).amax(
                dim=-1
            ),
            "Only the largest weight counts. A token may stand in the source twice: add up.",
        ),
        WrongAnswer(
            _first_place,
            "Only the first place counts where the token stands in the source: add up all of them.",
        ),
        WrongAnswer(
            lambda weights, source_ids, target_ids: (weights * _same(source_ids, target_ids)).sum(
                dim=(-2, -1)
            ),
            "Everything that is written is added up. One number for each token is wanted: sum over "
            "the source alone.",
        ),
        WrongAnswer(
            lambda weights, source_ids, target_ids: (weights * _same(source_ids, target_ids)).mean(
                dim=-1
            ),
            "This is the mean over the source, which gets smaller with longer stories: the sum is "
            "the share.",
        ),
        WrongAnswer(
            lambda weights, source_ids, target_ids: (weights * ~_same(source_ids, target_ids)).sum(
                dim=-1
            ),
            "This is the attention that goes elsewhere.",
        ),
        WrongAnswer(
            _one_row_late,
            "The row is one late: row i is where the decoder looks while it writes target_ids[i].",
        ),
        WrongAnswer(
            lambda weights, source_ids, target_ids: (
                weights.flatten(0, -3).mean(dim=0) * _same(source_ids, target_ids)
            ).sum(dim=-1),
            "The heads are averaged. Keep them apart: the result has all leading dimensions.",
        ),
    ),
    hints=(
        "Which places of the source hold the token that is written? That is a table, target by "
        "source.",
        "target_ids[:, None] == source_ids is that table, of shape (target, source).",
        "Multiply the weights by it, and add up over the last dimension.",
    ),
)


def _rows(seed):
    """Prompts and answers of several lengths; one token of each; the end also inside the prompt."""
    rng = random.Random(seed)
    yield [9, 1, 2, 3], [5, 6], 9
    yield [9, 4], [7], 9
    yield [9], [7, 8, 6], 9
    for n, m in ((6, 4), (3, 5), (8, 2)):
        yield (
            [9, *(rng.randrange(4) for _ in range(n))],
            [4 + rng.randrange(5) for _ in range(m)],
            9,
        )


def _as_long(answer, prompt, reply, end_id):
    ids, labels = answer(prompt, reply, end_id)
    return len(ids) == len(labels)


def _only_the_answer(answer, prompt, reply, end_id):
    _, labels = answer(prompt, reply, end_id)
    return [label for label in labels if label != -100] == [*reply, end_id]


def _with(change):
    """The right row, changed: change(ids, labels, prompt, answer, end_id)."""

    def wrong(prompt, answer, end_id):
        return change(*continuation_row(prompt, answer, end_id), prompt, answer, end_id)

    return wrong


_ROW = Exercise(
    id="continuation_row",
    chapter=CHAPTER,
    number="6.3.5",
    title="Learn the answer, not the question",
    difficulty=2,
    minutes=10,
    reference="lmlab.tasks.summarisation.continuation.continuation_row",
    cases=_rows,
    invariants=(
        Invariant("as many labels as ids", _as_long, "There must be one label for each id."),
        Invariant(
            "only answer and end",
            _only_the_answer,
            "The labels other than -100 must be the answer and its end, and nothing else.",
        ),
    ),
    wrong_answers=(
        WrongAnswer(
            _with(lambda ids, labels, prompt, answer, end: (ids, [*prompt, *answer, end][1:])),
            "The prompt is learned as well: where its tokens are to be written, the label is -100.",
        ),
        WrongAnswer(
            _with(
                lambda ids, labels, prompt, answer, end: (
                    [*ids, end],
                    [-100] * len(prompt) + [*answer, end],
                )
            ),
            "Each label is the token that is read at the same place. It must be the one that "
            "follows it.",
        ),
        WrongAnswer(
            _with(
                lambda ids, labels, prompt, answer, end: (
                    ids,
                    [-100] * len(prompt) + labels[len(prompt) :],
                )
            ),
            "The first token of the answer is not learned: the last token of the prompt has it as "
            "its label.",
        ),
        WrongAnswer(
            _with(lambda ids, labels, prompt, answer, end: (ids[:-1], labels[:-1])),
            "The end is missing: a model that never learns to stop goes on and on.",
        ),
        WrongAnswer(
            _with(
                lambda ids, labels, prompt, answer, end: (
                    ids,
                    [0 if label == -100 else label for label in labels],
                )
            ),
            "0 is a token like any other. -100 is what the loss leaves out.",
        ),
        WrongAnswer(
            _with(lambda ids, labels, prompt, answer, end: ([*ids, end], [*labels, -100])),
            "The end is read as well, but nothing follows it: leave the last token out of the ids.",
        ),
        WrongAnswer(
            _with(lambda ids, labels, prompt, answer, end: ([*prompt, *answer], [*answer, end])),
            "There are fewer labels than ids: fill up with -100 where the prompt goes on.",
        ),
    ),
    hints=(
        "Write the whole row first: prompt, answer, end. What is read at each place, and what "
        "follows it?",
        "It reads row[:-1], and what follows is row[1:]. Of those, the first len(prompt) - 1 still "
        "belong to the prompt.",
        "labels = [-100] * (len(prompt) - 1) + [*answer, end_id].",
    ),
    quiz=Quiz(
        "Why does the loss leave out the story?",
        {
            "the model would forget how to tell stories": "It would rather keep it up, by telling "
            "on.",
            "five of six tokens are the story": "They would have most of the gradient, for what it "
            "can do already. What is new is the summary.",
            "the story has no next token": "It has: town-gpt learned from nothing else.",
        },
        answer="five of six tokens are the story",
    ),
)

EXERCISES = (_COPYING, _ROW)
