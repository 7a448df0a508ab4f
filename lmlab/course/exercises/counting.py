"""Byte-pair encoding, learning: counting pairs, and choosing one."""

import random
from collections import Counter
from itertools import combinations, pairwise

from lmlab.course.exercise import Exercise, Invariant, WrongAnswer


def _words(seed):
    """Two short words, then one that repeats itself beside one of a single id, then random ones."""
    rng = random.Random(seed)
    yield [[1, 2, 1], [2, 1]], [3, 2]
    yield [[1, 1, 1, 2], [3], [2, 3]], [2, 1, 4]
    for _ in range(4):
        words = [[rng.randint(1, 4) for _ in range(rng.randint(1, 6))] for _ in range(3)]
        yield words, [rng.randint(1, 5) for _ in words]


def _each_place_counts(answer, words, counts):
    places = sum((len(word) - 1) * count for word, count in zip(words, counts, strict=True) if word)
    return sum(answer(words, counts).values()) == places


def _counting(pairs_of):
    """Counts of what `pairs_of(word)` names, each as often as its word occurs."""

    def answer(words, counts):
        found = Counter()
        for word, count in zip(words, counts, strict=True):
            for pair in pairs_of(word):
                found[pair] += count
        return found

    return answer


def _without_counts(words, counts):
    return Counter(pair for word in words for pair in pairwise(word))


def _across_words(words, counts):
    return Counter(
        pairwise(
            [
                id
                for word, count in zip(words, counts, strict=True)
                for _ in range(count)
                for id in word
            ]
        )
    )


def _shares(words, counts):
    found = _counting(pairwise)(words, counts)
    return {pair: count / sum(found.values()) for pair, count in found.items()}


def _tables(seed):
    """A clear winner; ties that fall to the left id, to the right id; random counts."""
    rng = random.Random(seed)
    yield ({(1, 2): 3, (2, 3): 5},)
    yield ({(9, 1): 4, (3, 8): 4, (3, 7): 4, (1, 1): 2},)
    yield ({(2, 9): 6, (3, 1): 6, (5, 5): 5},)
    for _ in range(4):
        yield ({(rng.randint(1, 9), rng.randint(1, 9)): rng.randint(1, 4) for _ in range(9)},)


def _order_does_not_matter(answer, pairs):
    return answer(pairs) == answer(dict(reversed(pairs.items())))


EXERCISES = (
    Exercise(
        id="count_pairs",
        chapter="03_1_forward_pass",
        number="3.1.1",
        title="Count the pairs",
        difficulty=2,
        minutes=8,
        reference="lmlab.text.merges.count_pairs",
        cases=_words,
        invariants=(
            Invariant(
                "each place counts",
                _each_place_counts,
                "A word of n ids holds n - 1 pairs, each as often as the word occurs: the counts "
                "do not add up to that.",
            ),
        ),
        wrong_answers=(
            WrongAnswer(
                _without_counts,
                "Each word is looked at once. A word that occurs 5 times brings each of its pairs "
                "5 times: add the word's count.",
            ),
            WrongAnswer(
                _across_words,
                "Pairs reach from the end of one word into the next. Merges never cross the border "
                "of a word: count within each.",
            ),
            WrongAnswer(
                _counting(lambda word: combinations(word, 2)),
                "All pairs of a word are counted. Only neighbours can be merged.",
            ),
            WrongAnswer(
                _counting(lambda word: (tuple(sorted(pair)) for pair in pairwise(word))),
                "(1, 2) and (2, 1) are counted as one. Order matters: 'th' is not 'ht'.",
            ),
            WrongAnswer(
                _counting(lambda word: zip(word[::2], word[1::2], strict=False)),
                "Every second pair is passed over. Pairs overlap: 1, 2, 3 holds (1, 2) and (2, 3).",
            ),
            WrongAnswer(
                _counting(lambda word: set(pairwise(word))),
                "A pair that stands in a word several times counts once there. Count each place.",
            ),
            WrongAnswer(
                _counting(lambda word: pairwise(word[:-1])),
                "The last pair of each word is missing: a word of n ids has n - 1 pairs.",
            ),
            WrongAnswer(
                _counting(lambda word: pairwise(word[::-1])),
                "The pairs are turned round: (left, right) is wanted, as they stand in the word.",
            ),
            WrongAnswer(
                _counting(lambda word: word),
                "Single ids are counted. Wanted are pairs of neighbours, as tuples (left, right).",
            ),
            WrongAnswer(
                _shares,
                "These are shares of all pairs. Counts are wanted, whole numbers.",
            ),
        ),
        hints=(
            "On paper: the word 1, 2, 1 occurs 3 times, the word 2, 1 twice. How often does 2 "
            "stand before 1?",
            "Start from collections.Counter(). For each word and its count, go through its pairs: "
            "itertools.pairwise(word), or zip(word, word[1:]).",
            "for word, count in zip(words, counts): for pair in pairwise(word): pairs[pair] += "
            "count.",
        ),
    ),
    Exercise(
        id="most_frequent_pair",
        chapter="03_1_forward_pass",
        number="3.1.2",
        title="Choose, and break ties by a rule",
        difficulty=1,
        minutes=5,
        reference="lmlab.text.merges.most_frequent_pair",
        cases=_tables,
        invariants=(
            Invariant(
                "the order of the dictionary does not matter",
                _order_does_not_matter,
                "Your answer depends on the order in which the pairs were put into the dictionary: "
                "a tie must fall by the pair itself.",
            ),
        ),
        wrong_answers=(
            WrongAnswer(
                lambda pairs: max(pairs, key=pairs.get),
                "Right without ties. Of equally frequent pairs, max takes the one that was put in "
                "first; the smallest is wanted, whatever the order.",
            ),
            WrongAnswer(
                lambda pairs: max(reversed(pairs), key=pairs.get),
                "Of equally frequent pairs the one that was put in last is taken; the smallest is "
                "wanted, whatever the order.",
            ),
            WrongAnswer(
                lambda pairs: max(pairs, key=lambda pair: (pairs[pair], pair)),
                "Of equally frequent pairs the largest is taken; the smallest is wanted. Turn the "
                "sign of the count, and use min.",
            ),
            WrongAnswer(
                lambda pairs: min(pairs, key=lambda pair: (-pairs[pair], pair[::-1])),
                "Ties fall by the right id first. The left id comes first, then the right.",
            ),
            WrongAnswer(
                lambda pairs: min(pairs, key=lambda pair: (-pairs[pair], pair[0])),
                "Ties fall by the left id alone; where that is equal too, the right id decides.",
            ),
            WrongAnswer(
                lambda pairs: min(pairs, key=lambda pair: (pairs[pair], pair)),
                "This is the rarest pair: it saves least. Take the most frequent.",
            ),
            WrongAnswer(
                lambda pairs: max(pairs.values()),
                "This is the largest count. The pair that has it is wanted.",
            ),
            WrongAnswer(
                lambda pairs: min(pairs.items(), key=lambda item: (-item[1], item[0])),
                "The pair comes with its count. The pair alone is wanted.",
            ),
            WrongAnswer(
                lambda pairs: min(pairs),
                "This is the smallest pair, whatever its count. The count comes first.",
            ),
            WrongAnswer(
                lambda pairs: max(pairs),
                "max(pairs) compares the pairs themselves: it needs a key that gives their count.",
            ),
        ),
        hints=(
            "max(pairs, key=pairs.get) finds a most frequent pair. Which one, if there are two?",
            "Tuples compare item by item. A key that is a tuple can ask two things: first the "
            "count, then the pair.",
            "min(pairs, key=lambda pair: (-pairs[pair], pair)): the largest count has the smallest "
            "negative.",
        ),
    ),
)
