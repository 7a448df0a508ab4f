"""Byte-pair encoding, applying: merging a pair, here and there in a text."""

import random
from itertools import pairwise

from lmlab.course.exercise import Exercise, Invariant, WrongAnswer
from lmlab.text.merges import merge_pair


def _merges(seed):
    """One place, a run of three, several places with the pair's halves elsewhere, random ids."""
    rng = random.Random(seed)
    yield [1, 2, 3], (1, 2), 9
    yield [1, 1, 1], (1, 1), 9
    yield [2, 1, 2, 1, 2, 2, 1], (1, 2), 7
    yield [4], (4, 4), 9
    for _ in range(4):
        yield [rng.randint(1, 2) for _ in range(rng.randint(5, 9))], (1, 2), 256


def _pair_is_gone(answer, ids, pair, new_id):
    return pair not in set(pairwise(answer(ids, pair, new_id)))


def _nothing_is_lost(answer, ids, pair, new_id):
    spelled = []
    for id in answer(ids, pair, new_id):
        spelled += pair if id == new_id else [id]
    return spelled == ids


def _right_id_stays(ids, pair, new_id):
    merged = list(ids)
    for place in range(len(ids) - 1):
        if (ids[place], ids[place + 1]) == pair:
            merged[place] = new_id
    return merged


def _first_only(ids, pair, new_id):
    for place in range(len(ids) - 1):
        if (ids[place], ids[place + 1]) == pair:
            return [*ids[:place], new_id, *ids[place + 2 :]]
    return list(ids)


def _last_id_lost(ids, pair, new_id):
    merged, place = [], 0
    while place < len(ids) - 1:
        found = (ids[place], ids[place + 1]) == pair
        merged.append(new_id if found else ids[place])
        place += 2 if found else 1
    return merged


def _both_orders(ids, pair, new_id):
    merged = []
    for id in ids:
        if merged and sorted((merged[-1], id)) == sorted(pair):
            merged[-1] = new_id
        else:
            merged.append(id)
    return merged


def _twice_the_new_id(ids, pair, new_id):
    return [
        id for kept in merge_pair(ids, pair, -1) for id in ([new_id] * 2 if kept < 0 else [kept])
    ]


EXERCISES = (
    Exercise(
        id="merge_pair",
        chapter="03_1_forward_pass",
        number="3.1.3",
        title="Merge a pair",
        difficulty=2,
        minutes=8,
        reference="lmlab.text.merges.merge_pair",
        cases=_merges,
        invariants=(
            Invariant(
                "nothing is lost",
                _nothing_is_lost,
                "When the new id is spelled out again, the ids must be what they were.",
            ),
            Invariant(
                "the pair is gone",
                _pair_is_gone,
                "The pair still stands somewhere: every occurrence is to be merged.",
            ),
        ),
        wrong_answers=(
            WrongAnswer(
                _right_id_stays,
                "The new id stands for both, but the right one is still there: skip it.",
            ),
            WrongAnswer(
                _first_only,
                "Only the first occurrence is merged; merge all of them.",
            ),
            WrongAnswer(
                lambda ids, pair, new_id: [id for id in merge_pair(ids, pair, -1) if id >= 0],
                "The pair is taken out, and nothing is put in its place: append new_id.",
            ),
            WrongAnswer(
                lambda ids, pair, new_id: merge_pair(ids[::-1], pair[::-1], new_id)[::-1],
                "Right but for runs: 1, 1, 1 is merged from the right end. Go from left to right.",
            ),
            WrongAnswer(
                _both_orders,
                "(2, 1) is merged where (1, 2) was asked for: order matters.",
            ),
            WrongAnswer(
                _last_id_lost,
                "The last id is lost unless a pair ends there: the loop stops one too early.",
            ),
            WrongAnswer(
                lambda ids, pair, new_id: [new_id if id == pair[0] else id for id in ids],
                "Every left id is replaced, whatever follows it. Look at its neighbour too.",
            ),
            WrongAnswer(
                lambda ids, pair, new_id: [new_id if id in pair else id for id in ids],
                "Each id of the pair is replaced by itself. Two neighbours become one id.",
            ),
            WrongAnswer(
                _twice_the_new_id,
                "The new id stands there twice, once for each half: the text gets no shorter.",
            ),
        ),
        hints=(
            "Build a new list. Go through the ids; what must be true of the last one you wrote and "
            "the one you are at?",
            "If the last id of the new list and the present one are the pair, replace that last id "
            "by new_id; else append the present one.",
            "if merged and (merged[-1], id) == pair: merged[-1] = new_id, else merged.append(id). "
            "Why does 1, 1, 1 come out right?",
        ),
    ),
)
