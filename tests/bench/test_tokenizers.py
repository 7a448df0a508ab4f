"""What is compared gives the same ids, or there is no figure."""

from types import SimpleNamespace

import pytest

from lmlab.bench import tokenizers


@pytest.fixture(autouse=True)
def a_small_corpus(monkeypatch):
    corpus = SimpleNamespace(train=["def f(x):\n    return f(x - 1)\n" * 50] * 9)
    monkeypatch.setattr(tokenizers.corpora, "load", lambda name, verbose: corpus)


def test_training_and_encoding_have_speeds_and_budgets():
    figures = list(tokenizers.measure(megabytes=0.01, vocab_size=264, repeats=1))
    assert all(each.value > 0 and each.unit == "MB/s" for each in figures)
    assert [each.at_least for each in figures if each.at_least] == [1.5, 5.0]


def test_different_ids_are_an_error(monkeypatch):
    encoders = {"ours": lambda text: [1, 2], "theirs": lambda text: [1]}
    monkeypatch.setattr(tokenizers, "_encoders", lambda tokenizer: encoders)
    with pytest.raises(ValueError, match="ours, theirs give different ids"):
        list(tokenizers.measure(megabytes=0.01, vocab_size=260, repeats=1))


def test_the_text_ends_with_the_document_that_makes_it_long_enough():
    assert len(tokenizers.source_text(0.001)) == 1500
    assert len(tokenizers.source_text(0.0016)) == 3000
