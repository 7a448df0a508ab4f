"""Counts, fast and slow: both say the same about every n-gram of a text."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from lmlab.models.ngram_counts import (
    continuation_counts,
    count_ngrams,
    count_tables,
    suffix_rows,
)

VOCAB = 4
texts = st.lists(st.integers(0, VOCAB - 1), min_size=5, max_size=40)


def ngrams_of(tables, length):
    """What the rows of a table stand for, as tuples of tokens in their order."""
    table = tables[length - 1]
    if length == 1:
        return [(token,) for token in table.tokens.tolist()]
    shorter = ngrams_of(tables, length - 1)
    pairs = zip(table.contexts.tolist(), table.tokens.tolist(), strict=True)
    return [(*shorter[context], token) for context, token in pairs]


def test_runs_overlap():
    assert count_ngrams([1, 1, 1, 2], 2) == {(1, 1): 2, (1, 2): 1}
    assert count_ngrams([1, 2], 3) == {}
    with pytest.raises(ValueError, match="order=0 must be 1 or more"):
        count_ngrams([1, 2], 0)


def test_a_continuation_counts_once_however_often_it_comes():
    # 0 comes after 1 (three times) and after 2; 1 after 0 alone; 3 after nothing: it is the first.
    assert continuation_counts([3, 1, 0, 1, 0, 1, 0, 2, 0], 5).tolist() == [2, 2, 1, 0, 0]


@given(ids=texts, order=st.integers(1, 5))
def test_tables_hold_what_is_counted_by_hand(ids, order):
    tables = count_tables(torch.tensor(ids), order, VOCAB)
    for length, table in enumerate(tables, start=1):
        counted = dict(zip(ngrams_of(tables, length), table.counts.tolist(), strict=True))
        assert counted == count_ngrams(ids, length)


@given(ids=texts, others=texts)
def test_what_the_text_does_not_hold_is_not_found(ids, others):
    tables = count_tables(torch.tensor(ids), 3, VOCAB)
    rows, others = torch.zeros(len(others), dtype=torch.long), torch.tensor(others)
    for length, table in enumerate(tables, start=1):
        rows = table.find(rows[: len(others) - length + 1], others[length - 1 :])
        ngrams = [*ngrams_of(tables, length), None]
        runs = [tuple(run) for run in others.unfold(0, length, 1).tolist()]
        known = count_ngrams(ids, length)
        assert [ngrams[row] for row in rows] == [run if run in known else None for run in runs]


@given(ids=texts)
def test_followers_are_all_that_came_after_a_context(ids):
    tables = count_tables(torch.tensor(ids), 2, VOCAB)
    asked = torch.tensor([len(tables[0]) - 1, -1, 0, 0])
    rows, places = tables[1].followers(asked)
    contexts = [*ngrams_of(tables, 1), None]
    for place, context in enumerate(contexts[row] for row in asked):
        found = {ngrams_of(tables, 2)[row] for row in rows[places == place]}
        assert found == {pair for pair in count_ngrams(ids, 2) if pair[:1] == context}


@given(ids=texts)
def test_a_suffix_is_the_ngram_without_its_first_token(ids):
    tables = count_tables(torch.tensor(ids), 4, VOCAB)
    for length, rows in list(enumerate(suffix_rows(tables), start=1))[1:]:
        shorter = ngrams_of(tables, length - 1)
        assert [shorter[row] for row in rows] == [gram[1:] for gram in ngrams_of(tables, length)]


def test_keys_of_long_ngrams_over_a_large_vocabulary_stay_apart():
    vocab_size = 50_000  # a number of six such digits would not fit into 64 bits
    ids = torch.randint(vocab_size, (300,), generator=torch.Generator().manual_seed(0))
    tables = count_tables(ids, 6, vocab_size)
    assert ngrams_of(tables, 6) == sorted(count_ngrams(ids.tolist(), 6))
