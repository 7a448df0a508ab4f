"""Characters and tokens point at the same words, and the best span is the best of all pairs."""

import itertools

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from lmlab.tasks.question_answering.spans import (
    best_span,
    passage_mask,
    token_offsets,
    token_span,
)
from lmlab.text import BPETokenizer, ByteTokenizer

BPE = BPETokenizer.train("the kite and the kite and the hill. " * 3, 280, progress=False)

texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\ufffd"), max_size=30)


@pytest.mark.parametrize("tokenizer", [BPE, ByteTokenizer()], ids=["bpe", "bytes"])
@given(text=texts)
def test_offsets_cover_the_text_in_order(tokenizer, text):
    offsets = token_offsets(tokenizer, tokenizer.encode(text))
    assert {place for begin, end in offsets for place in range(begin, end)} == set(range(len(text)))
    assert offsets == sorted(offsets)
    assert all(begin < end for begin, end in offsets)


@given(text=texts.filter(len), data=st.data())
def test_tokens_of_a_span_hold_each_of_its_characters_and_no_token_besides(text, data):
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    offsets = token_offsets(BPE, BPE.encode(text))
    first, last = token_span(offsets, start, end)
    assert offsets[first][0] <= start < offsets[first][1]
    assert offsets[last][0] < end <= offsets[last][1]


def test_the_bytes_of_one_character_share_its_span():
    assert token_offsets(ByteTokenizer(), "a€b".encode()) == [(0, 1), *[(1, 2)] * 3, (2, 3)]


def test_an_answer_may_stand_in_the_passage_alone():
    ids = torch.tensor([[9, 1, 9, 2, 3], [9, 1, 1, 9, 2]])
    wanted = [[False, False, False, True, True], [False, False, False, False, True]]
    assert passage_mask(ids, mark=9).tolist() == wanted


@given(st.integers(1, 8), st.integers(1, 10), st.integers(0, 10**6))
def test_no_allowed_pair_scores_more_than_the_best_span(time, longest, seed):
    starts, ends = torch.randn(2, time, generator=torch.Generator().manual_seed(seed))
    first, last = best_span(starts, ends, longest)
    assert 0 <= last - first < longest
    for i, j in itertools.product(range(time), repeat=2):
        if 0 <= j - i < longest:
            assert starts[i] + ends[j] <= starts[first] + ends[last]


def test_places_of_minus_infinity_are_never_chosen():
    starts = torch.tensor([-torch.inf, 0.0, 1.0])
    assert best_span(starts, starts, 3) == (2, 2)
