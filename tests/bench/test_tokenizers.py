"""What is compared gives the same ids, or there is no figure."""

import pytest

from lmlab.bench import tokenizers


def test_training_and_encoding_have_speeds_and_budgets():
    figures = list(tokenizers.measure(megabytes=0.02, vocab_size=300, repeats=1))
    assert all(each.value > 0 and each.unit == "MB/s" for each in figures)
    assert [each.at_least for each in figures if each.at_least] == [1.5, 5.0]


def test_different_ids_are_an_error(monkeypatch):
    encoders = {"ours": lambda text: [1, 2], "theirs": lambda text: [1]}
    monkeypatch.setattr(tokenizers, "_encoders", lambda tokenizer: encoders)
    with pytest.raises(ValueError, match="ours, theirs give different ids"):
        list(tokenizers.measure(megabytes=0.01, vocab_size=260, repeats=1))


def test_the_text_is_about_as_long_as_was_asked():
    assert 50_000 <= len(tokenizers.source_text(0.05)) < 1_000_000
