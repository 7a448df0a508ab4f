"""Shares of probability: what a context keeps for the seen, and what it leaves."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from lmlab.models import smoothing
from lmlab.models.ngram_counts import count_tables
from lmlab.models.smoothing import add_k, back_off, discounts, kneser_ney


def test_discounts_follow_the_formula():
    counts = torch.tensor([1, 1, 1, 1, 2, 2, 3, 4, 9])  # n = 4, 2, 1, 1 and Y = 4 / (4 + 2 · 2)
    wanted = [0, 1 - 2 * 0.5 * 2 / 4, 2 - 3 * 0.5 * 1 / 2, 3 - 4 * 0.5 * 1 / 1]
    assert discounts(counts).tolist() == wanted


@given(st.lists(st.integers(1, 6), min_size=1, max_size=60))
def test_every_count_keeps_something_and_gives_something(counts):
    counts = torch.tensor(counts)
    taken = discounts(counts)[counts.clamp(max=3)]
    assert ((0 < taken) & (taken < counts)).all()


@given(k=st.floats(0.01, 10), counts=st.lists(st.integers(0, 9), min_size=1, max_size=8))
def test_add_k_takes_each_token_for_seen_k_times_more(k, counts):
    counts = torch.tensor([counts, [1] * len(counts)], dtype=torch.double)
    probs = add_k(counts, k)
    torch.testing.assert_close(probs.sum(-1), torch.ones_like(probs[:, 0]))
    torch.testing.assert_close(
        probs * (counts.sum(-1, keepdim=True) + k * counts.size(-1)), counts + k
    )


def test_add_k_refuses_to_take_away():
    with pytest.raises(ValueError, match="k=-1 would take counts away"):
        add_k(torch.ones(3), -1)


@pytest.mark.parametrize("smooth", [kneser_ney, back_off])
def test_what_an_unseen_context_leaves_is_everything(smooth):
    tables = count_tables(torch.tensor([0, 1, 2, 0, 1, 1, 0]), 3, 4)
    for mixture in smooth(tables):
        unseen, lower = torch.tensor([-1, -1]), torch.tensor([0.3, 0.7], dtype=torch.double)
        assert torch.equal(mixture(unseen, unseen, lower), lower)


def test_kneser_ney_is_that_of_nltk_above_single_tokens(monkeypatch):
    """NLTK's α is our `own`, its γ our `rest`, where both take the same.

    NLTK takes one fixed discount from every count; here it is made ours. Two differences remain.
    It takes nothing from single tokens, so that unknown ones get 0; ours share what is taken. And
    its γ counts the n-gram that the text begins with, which no token stands before: in this text,
    that one comes again.
    """
    lm = pytest.importorskip("nltk.lm")
    everygrams = pytest.importorskip("nltk.util").everygrams
    text, order, taken = "abracadabra abracabra bar cab", 4, 0.6
    letters = sorted(set(text))
    tables = count_tables(torch.tensor([letters.index(c) for c in text]), order, len(letters))
    monkeypatch.setattr(
        smoothing, "discounts", lambda _: torch.tensor([0, taken, taken, taken], dtype=torch.double)
    )
    ours = kneser_ney(tables)
    theirs = lm.KneserNeyInterpolated(order, discount=taken)
    theirs.fit([everygrams(text, max_len=order)], vocabulary_text=text)

    contexts = [""]
    for table, mixture in zip(tables, ours, strict=True):
        ngrams = [
            contexts[context] + letters[token]
            for context, token in zip(table.contexts, table.tokens, strict=True)
        ]
        for row, ngram in enumerate(ngrams if table is not tables[0] else []):
            found = mixture.own[row].item(), mixture.rest[table.contexts[row]].item()
            wanted = theirs.estimator.alpha_gamma(ngram[-1], tuple(ngram[:-1]))
            assert found == pytest.approx(wanted), ngram
        contexts = ngrams
    for row, letter in enumerate(letters):
        nothing_taken = ours[0].own[row].item() + taken / len(tables[1])
        assert theirs.estimator.unigram_score(letter) == pytest.approx(nothing_taken)
