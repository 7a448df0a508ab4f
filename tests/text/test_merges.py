from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lmlab.text.merges import (
    count_pairs,
    learn_merges,
    merge_pair,
    merge_steps,
    most_frequent_pair,
)

WORDS = st.lists(st.lists(st.integers(97, 100), min_size=1, max_size=12), min_size=1, max_size=12)


def rescan_and_merge(words, counts, n_merges):
    """The plain way to learn merges: count every pair anew for each merge."""
    merges = []
    while len(merges) < n_merges and (pairs := count_pairs(words, counts)):
        best = most_frequent_pair(pairs)
        if pairs[best] < 2:
            break
        words = [merge_pair(word, best, 256 + len(merges)) for word in words]
        merges.append(best)
    return merges


@given(WORDS, st.data())
def test_incremental_learning_equals_the_rescan(words, data):
    counts = data.draw(st.lists(st.integers(1, 5), min_size=len(words), max_size=len(words)))
    assert learn_merges(words, counts, 40) == rescan_and_merge(words, counts, 40)


def test_incremental_learning_equals_the_rescan_on_prose():
    pieces = Counter(learn_merges.__doc__.split())
    words = [list(piece.encode()) for piece in pieces]
    counts = list(pieces.values())
    assert learn_merges(words, counts, 200) == rescan_and_merge(words, counts, 200)


def test_a_pair_counts_as_often_as_its_word_and_never_reaches_into_the_next():
    assert count_pairs([[1, 1, 1], [1, 2]], [3, 5]) == {(1, 1): 6, (1, 2): 5}
    assert count_pairs([[], [7]], [1, 1]) == {}


def test_the_smallest_of_the_most_frequent_pairs_is_taken():
    assert most_frequent_pair({(9, 1): 4, (3, 8): 4, (3, 7): 4, (1, 1): 2}) == (3, 7)


def test_of_equally_frequent_pairs_the_smallest_is_merged():
    assert learn_merges([[5, 9], [5, 7], [4, 9]], [3, 3, 3], 3) == [(4, 9), (5, 7), (5, 9)]


def test_a_pair_that_occurs_once_is_not_merged():
    assert learn_merges([[1, 2, 3]], [1], 5) == []
    assert learn_merges([], [], 5) == []


def test_learning_leaves_the_words_as_they_were():
    words = [[1, 2, 1, 2]]
    learn_merges(words, [2], 2)
    assert words == [[1, 2, 1, 2]]


@pytest.mark.parametrize(
    ("ids", "merged"),
    [([1, 1, 1], [9, 1]), ([1, 1, 1, 1], [9, 9]), ([2, 1, 1], [2, 9]), ([1], [1]), ([], [])],
)
def test_a_run_is_merged_from_left_to_right(ids, merged):
    assert merge_pair(ids, (1, 1), 9) == merged


def test_the_merge_learned_first_is_applied_first():
    ranks = {(2, 3): 256, (1, 2): 257, (1, 256): 258}
    assert merge_steps([1, 2, 3], ranks) == [[1, 2, 3], [1, 256], [258]]
