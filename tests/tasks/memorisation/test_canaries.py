"""Exposure: all bits at the first rank, none at the last, and every code scored as read whole."""

import math
from itertools import product

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from lmlab.tasks.memorisation import code_log_probs, exposure, exposures, secret_log_probs


@given(st.integers(2, 200), st.integers(0, 2**31))
def test_bits_are_those_of_the_rank(n, seed):
    log_probs = torch.randperm(n, generator=torch.Generator().manual_seed(seed)).float()
    for rank in (1, 2, n):
        secret = int(log_probs.argsort(descending=True)[rank - 1])
        assert exposure(log_probs, secret) == pytest.approx(math.log2(n / rank))


@given(st.lists(st.integers(-3, 0), min_size=1, max_size=40), st.data())
def test_a_tie_counts_against_the_secret(scores, data):
    secret = data.draw(st.integers(0, len(scores) - 1))
    at_least_as_likely = sum(each >= scores[secret] for each in scores) / len(scores)
    bits = exposure(torch.tensor(scores).float(), secret)
    assert bits == pytest.approx(-math.log2(at_least_as_likely))


def test_a_model_that_knows_nothing_exposes_nothing():
    assert exposure(torch.zeros(10_000), 4719) == 0


def test_secrets_never_seen_have_the_mean_of_chance():
    """log2 e = 1.44 bits: what the charts draw as "never seen"."""
    log_probs = torch.arange(10_000.0)
    every_place = [exposure(log_probs, place) for place in range(0, 10_000, 7)]
    assert sum(every_place) / len(every_place) == pytest.approx(math.log2(math.e), abs=0.05)


def test_codes_are_scored_as_if_each_were_read_by_itself(model):
    prompt, symbols = torch.tensor([3, 1, 4]), torch.tensor([5, 2, 7])
    found = code_log_probs(model, prompt, symbols, 3)
    for place, code in enumerate(product(symbols.tolist(), repeat=3)):
        ids = torch.tensor([*prompt.tolist(), *code])
        whole = model.log_probs(ids)[len(prompt) - 1 :].sum()
        assert found[place].item() == pytest.approx(whole.item(), abs=1e-4)


def test_no_more_probability_is_given_out_than_there_is(model, small_book, tokenizer):
    scores = secret_log_probs(model, small_book.secrets[0], tokenizer)
    assert scores.shape == (10_000,) and 0 < scores.exp().sum() < 1


def test_a_code_that_was_made_likely_is_exposed(model, small_book, tokenizer, monkeypatch):
    secret = small_book.secrets[1]

    def told(model, which, tokenizer):
        scores = torch.zeros(10_000)
        scores[int(secret.code)] = 1.0 if which is secret else -1.0
        return scores

    monkeypatch.setattr("lmlab.tasks.memorisation.canaries.secret_log_probs", told)
    found = exposures(model, small_book.secrets[1:2], tokenizer)
    assert found == {secret.repetitions: [pytest.approx(math.log2(10_000))]}


def test_exposures_are_sorted_by_repetitions(model, small_book, tokenizer):
    found = exposures(model, small_book.secrets[:4], tokenizer)
    assert list(found) == [0, 2] and all(len(bits) == 2 for bits in found.values())
