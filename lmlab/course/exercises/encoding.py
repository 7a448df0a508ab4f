"""Byte-pair encoding of a word: the learned merges, in their order."""

import random
from collections import Counter
from itertools import pairwise

from lmlab.course.exercise import Exercise, Invariant, Quiz, WrongAnswer
from lmlab.text.merges import learn_merges, merge_pair


def _codes(seed):
    """A word whose first pair was learned last, one with a repeated pair, none; learned merges."""
    rng = random.Random(seed)
    ranks = {(2, 3): 256, (1, 2): 257, (1, 256): 258}
    yield [1, 2, 3], ranks
    yield [1, 2, 1, 2, 3, 2, 3], ranks
    yield [5, 6], ranks
    yield [7, 8, 7, 8, 7, 9], {(7, 9): 256, (7, 8): 257, (257, 257): 258, (258, 256): 259}
    for _ in range(4):
        words = [[rng.randint(1, 3) for _ in range(8)] for _ in range(4)]
        merges = learn_merges(words, [2, 2, 1, 1], 6)
        yield words[0], {pair: 256 + place for place, pair in enumerate(merges)}


def _first_is_untouched(answer, ids, ranks):
    return answer(ids, ranks)[0] == ids


def _ends_with_nothing_to_merge(answer, ids, ranks):
    return not set(pairwise(answer(ids, ranks)[-1])) & ranks.keys()


def _choosing(choose, merge=merge_pair):
    """Steps in which `choose(known, ids, ranks)` names the pair to be merged next."""

    def answer(ids, ranks):
        steps = [list(ids)]
        while known := ranks.keys() & set(pairwise(steps[-1])):
            pair = choose(known, steps[-1], ranks)
            steps.append(merge(steps[-1], pair, ranks[pair]))
        return steps

    return answer


def _at_one_place(ids, pair, new_id):
    """Merge the first occurrence alone."""
    place = next(i for i, found in enumerate(pairwise(ids)) if found == pair)
    return [*ids[:place], new_id, *ids[place + 2 :]]


def _earliest(known, ids, ranks):
    return min(known, key=ranks.__getitem__)


def _right(ids, ranks):
    return _choosing(_earliest)(ids, ranks)


def _every_merge_is_a_step(ids, ranks):
    steps = [list(ids)]
    for pair, new_id in ranks.items():
        steps.append(merge_pair(steps[-1], pair, new_id))
    return steps


def _all_at_once(ids, ranks):
    steps = [list(ids)]
    while known := ranks.keys() & set(pairwise(steps[-1])):
        merged = steps[-1]
        for pair in sorted(known, key=ranks.__getitem__):
            merged = merge_pair(merged, pair, ranks[pair])
        steps.append(merged)
    return steps


EXERCISES = (
    Exercise(
        id="merge_steps",
        chapter="03_1_forward_pass",
        number="3.1.4",
        title="Encode a word",
        difficulty=3,
        minutes=12,
        reference="lmlab.text.merges.merge_steps",
        cases=_codes,
        invariants=(
            Invariant(
                "begins with the ids",
                _first_is_untouched,
                "The first entry must be the ids as they came, before any merge.",
            ),
            Invariant(
                "ends when nothing is left to merge",
                _ends_with_nothing_to_merge,
                "The last entry still holds a pair that has a merge.",
            ),
        ),
        wrong_answers=(
            WrongAnswer(
                _choosing(lambda known, ids, ranks: next(p for p in pairwise(ids) if p in known)),
                "The leftmost known pair is merged first. The order of learning decides: the pair "
                "with the smallest rank, wherever it stands.",
            ),
            WrongAnswer(
                _choosing(lambda known, ids, ranks: max(known, key=ranks.__getitem__)),
                "The merge learned last is applied first; the earliest comes first.",
            ),
            WrongAnswer(
                _choosing(
                    lambda known, ids, ranks: max(
                        sorted(known, key=ranks.__getitem__), key=Counter(pairwise(ids)).__getitem__
                    )
                ),
                "The pair that is most frequent in this word is merged. Frequencies count while "
                "learning; encoding follows the order that was learned.",
            ),
            WrongAnswer(
                _choosing(lambda known, ids, ranks: min(known)),
                "The smallest pair is merged first. Its rank decides, ranks[pair], not its ids.",
            ),
            WrongAnswer(
                _choosing(_earliest, merge=_at_one_place),
                "One place is merged at a time. A merge applies to all places of its pair at once.",
            ),
            WrongAnswer(
                _every_merge_is_a_step,
                "There is a step for every merge, though some change nothing (and a merge whose "
                "pair appears only later is missed). Take only pairs that stand in the ids.",
            ),
            WrongAnswer(
                _all_at_once,
                "All known pairs are merged in one step. After each merge the pairs are others: "
                "look again.",
            ),
            WrongAnswer(
                lambda ids, ranks: _right(ids, ranks)[1:],
                "The beginning is missing: the first entry is the ids before any merge.",
            ),
            WrongAnswer(
                lambda ids, ranks: _right(ids, ranks)[-1],
                "This is the end alone. A list of lists is wanted: the ids at first, and after "
                "each merge.",
            ),
            WrongAnswer(
                lambda ids, ranks: _right(ids, ranks)[:2],
                "It stops after one merge. Go on while any pair has a rank.",
            ),
        ),
        hints=(
            "Which pairs of neighbours in the ids have a merge at all? Which of them was learned "
            "first?",
            "set(pairwise(ids)) & ranks.keys() are the pairs that can be merged; "
            "min(known, key=ranks.__getitem__) was learned first. Merge it everywhere, and look "
            "again.",
            "while known := ranks.keys() & set(pairwise(steps[-1])): choose the pair, and append "
            "bpe.merge_pair(steps[-1], pair, ranks[pair]) to steps.",
        ),
        quiz=Quiz(
            "Why must encoding apply the merges in the order in which they were learned?",
            {
                "Because early merges make longer tokens": "They make the shortest: later merges "
                "join what earlier ones made.",
                "So that a word comes out as it did in training": "A later merge was learned on "
                "text in which the earlier ones were already done. In another order the model "
                "would meet tokens that it never saw there.",
                "It need not: every order ends with the same tokens": "The exercise's first case "
                "ends with one token or with two, by the order.",
            },
            "So that a word comes out as it did in training",
        ),
    ),
)
