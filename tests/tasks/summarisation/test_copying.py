"""Copied runs cover what was copied, and attention is counted where the same token stands."""

import torch
from hypothesis import given
from hypothesis import strategies as st

from lmlab.tasks.summarisation.copying import copied, copied_fragments, copying_attention

words = st.lists(st.sampled_from("abcd"), max_size=8)


@given(words, words)
def test_runs_stand_in_the_text_and_hold_every_word_that_does(text, summary):
    runs = copied_fragments(text, summary)
    for start, end in runs:
        assert any(text[i : i + end - start] == summary[start:end] for i in range(len(text)))
    inside = {place for start, end in runs for place in range(start, end)}
    assert inside == {place for place, word in enumerate(summary) if word in text}


def test_a_text_copies_itself_in_one_piece():
    assert copied_fragments(list("abcab"), list("abcab")) == [(0, 5)]
    assert copied("A kite, red.", "a kite. Red!") == (1.0, 3.0)


def test_a_summary_in_its_own_words_copies_nothing():
    assert copied("a kite", "Tom slept") == (0.0, 0.0)
    assert copied("a kite", "") == (0.0, 0.0)


def test_attention_to_every_place_of_the_same_token_counts():
    weights = torch.tensor([[0.5, 0.25, 0.25], [0.2, 0.7, 0.1]])
    ids = torch.tensor([4, 7, 4])
    found = copying_attention(weights, ids, torch.tensor([4, 9]))
    torch.testing.assert_close(found, torch.tensor([0.75, 0.0]))
    heads = torch.stack((weights, weights.flip(-1)))
    assert copying_attention(heads, ids, torch.tensor([7, 7])).shape == (2, 2)
