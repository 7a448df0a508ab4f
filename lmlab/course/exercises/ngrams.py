"""Counting n-grams, and the different tokens that one token follows."""

import random
from collections import Counter

import torch

from lmlab.course.exercise import Exercise, Invariant, Quiz, WrongAnswer
from lmlab.models.ngram_counts import count_ngrams


def _texts(seed):
    """Texts with repeats, and runs of one token up to four; the first fits on a line."""
    rng = random.Random(seed)
    yield [1, 2, 1, 2, 3, 1, 2], 2
    for order in (1, 2, 3, 4):
        body = rng.choices(range(4), k=rng.randint(20, 30))
        yield [3, 0, 1, 2, *body, *body[:9], 7, 8, 9, 5], order


def _keys_are_runs_of_ids(answer, ids, order):
    return all(
        isinstance(run, tuple) and len(run) == order and all(isinstance(i, int) for i in run)
        for run in answer(ids, order)
    )


def _every_place_counts(answer, ids, order):
    return sum(answer(ids, order).values()) == len(ids) - order + 1


def _runs(places, run=lambda ids, i, order: tuple(ids[i : i + order])):
    """Counts the runs that begin at `places(ids, order)`."""
    return lambda ids, order: Counter(run(ids, i, order) for i in places(ids, order))


def _whole(ids, order):
    return range(len(ids) - order + 1)


COUNT_NGRAMS = Exercise(
    id="count_ngrams",
    chapter="02_1_language_models",
    number="2.1.3",
    title="Counting n-grams",
    difficulty=2,
    minutes=10,
    reference="lmlab.models.ngram_counts.count_ngrams",
    cases=_texts,
    invariants=(
        Invariant(
            "keys are runs of ids",
            _keys_are_runs_of_ids,
            "Each key must be a tuple of `order` ids, in brackets even when order is 1: (3,).",
        ),
        Invariant(
            "every place counts",
            _every_place_counts,
            "The counts must sum to the number of places where a run can begin: "
            "len(ids) - order + 1.",
        ),
    ),
    wrong_answers=(
        WrongAnswer(
            _runs(lambda ids, order: range(len(ids) - order)),
            "The last run of the text is missing: range stops one before its end, so it must be "
            "range(len(ids) - order + 1).",
        ),
        WrongAnswer(
            _runs(lambda ids, order: range(len(ids))),
            "At the end of the text, runs shorter than `order` are counted too: stop where the "
            "last whole run begins.",
        ),
        WrongAnswer(
            _runs(lambda ids, order: range(0, len(ids) - order + 1, order)),
            "The text is cut into pieces that do not overlap; a run begins at every token.",
        ),
        WrongAnswer(
            _runs(lambda ids, order: range(1, len(ids) - order + 1)),
            "The run at the very beginning of the text is missing: places are counted from 0.",
        ),
        WrongAnswer(
            lambda ids, order: Counter(set(_runs(_whole)(ids, order))),
            "Every run has the count 1: a set forgets how often it came. Give all runs to Counter.",
        ),
        WrongAnswer(
            _runs(_whole, lambda ids, i, order: tuple(reversed(ids[i : i + order]))),
            "The runs are read backwards: the earliest token stands first.",
        ),
        WrongAnswer(
            _runs(_whole, lambda ids, i, order: tuple(sorted(ids[i : i + order]))),
            "The runs are sorted, so that (1, 2) and (2, 1) become one: leave the order alone.",
        ),
        WrongAnswer(
            lambda ids, order: _runs(_whole)(ids, order + 1),
            "The runs are one token too long: `order` counts the token that is predicted as well.",
        ),
        WrongAnswer(
            lambda ids, order: _runs(lambda ids, _: range(len(ids)))(ids + ids[: order - 1], order),
            "The text is read in a circle: no run goes on from its end to its beginning.",
        ),
    ),
    hints=(
        "Write 1 2 1 2 3 on paper and order 2 beside it: which runs are there, and where does the "
        "last one begin?",
        "The run at place i is tuple(ids[i : i + order]); a list cannot be a key.",
        "collections.Counter counts whatever it is given: Counter(tuple(…) for i in range(…)).",
    ),
)


def _followed(seed):
    """Texts with repeated pairs, a token after itself, and ids at the end that do not occur."""
    rng = random.Random(seed)
    yield [0, 1, 0, 1, 2, 1, 0, 3], 5
    for _ in range(4):
        vocab_size = rng.randint(5, 9)
        body = rng.choices(range(vocab_size - 2), k=25)
        yield [*body, 0, 0, 1, 2, 1, 2, 1, vocab_size - 2, vocab_size - 2], vocab_size


def _sums_to_the_pairs(answer, ids, vocab_size):
    return int(answer(ids, vocab_size).sum()) == len(set(zip(ids, ids[1:], strict=False)))


def _tokens(tokens, vocab_size):
    return torch.tensor(list(tokens)).bincount(minlength=vocab_size)


CONTINUATION_COUNTS = Exercise(
    id="continuation_counts",
    chapter="02_1_language_models",
    number="2.1.5",
    title="How many tokens does it follow?",
    difficulty=2,
    minutes=10,
    reference="lmlab.models.ngram_counts.continuation_counts",
    cases=_followed,
    invariants=(
        Invariant(
            "as many as there are pairs",
            _sums_to_the_pairs,
            "All counts together must be the number of different pairs in the text.",
        ),
    ),
    wrong_answers=(
        WrongAnswer(
            _tokens,
            "This is how often each token comes; asked is how many different tokens it follows.",
        ),
        WrongAnswer(
            lambda ids, vocab_size: _tokens(ids[1:], vocab_size),
            "Every pair is counted as often as it comes. Count each different pair once.",
        ),
        WrongAnswer(
            lambda ids, vocab_size: _tokens((a for a, _ in count_ngrams(ids, 2)), vocab_size),
            "This counts the tokens that come after each token; asked are those before it.",
        ),
        WrongAnswer(
            lambda ids, vocab_size: _tokens(
                (b for a, b in count_ngrams(ids, 2) if a != b), vocab_size
            ),
            "A token that follows itself counts as well: it is one of the tokens before it.",
        ),
        WrongAnswer(
            lambda ids, vocab_size: _tokens(
                [ids[0], *(b for _, b in count_ngrams(ids, 2))], vocab_size
            ),
            "The first token of the text follows nothing; its place there adds no count.",
        ),
        WrongAnswer(
            lambda ids, vocab_size: _tokens((b for _, b in count_ngrams(ids, 2)), 0),
            "The result is too short: it needs a place for each id below vocab_size, also for "
            "those that never come; bincount takes minlength.",
        ),
        WrongAnswer(
            lambda ids, vocab_size: _tokens((c for _, _, c in count_ngrams(ids, 3)), vocab_size),
            "These are contexts of two tokens. One is meant here: the token right before.",
        ),
        WrongAnswer(
            lambda ids, vocab_size: (
                _tokens((b for _, b in count_ngrams(ids, 2)), vocab_size)
                / len(count_ngrams(ids, 2))
            ),
            "These are shares; leave the counts as they are, whole numbers.",
        ),
    ),
    hints=(
        "In 0 1 0 1 2 1, how many different tokens stand right before a 1?",
        "count_ngrams(ids, 2) has each different pair once as a key: (before, token).",
        "Take the second token of each of those keys, and count how often each id is among them: "
        "torch.tensor(…).bincount(minlength=vocab_size).",
    ),
    quiz=Quiz(
        "In a text, Francisco comes 500 times, always after San; cup comes 60 times, after 40 "
        "different words. Which of the two should be likelier after a word never seen before?",
        {
            "Francisco, for it is more frequent": "It is, but after San alone. A new word before "
            "it is not San.",
            "cup, for it follows many words": "It has been seen to go with many words, so one more "
            "is no surprise. That is why Kneser-Ney counts what a word follows, not the word.",
            "Neither: nothing is known about an unseen word": "Something is: how ready each word "
            "is to follow others. The counts of this exercise measure it.",
        },
        answer="cup, for it follows many words",
    ),
)


EXERCISES = (COUNT_NGRAMS, CONTINUATION_COUNTS)
