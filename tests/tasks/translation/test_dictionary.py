"""A dictionary from counts: the Dice coefficient, and word-by-word translation."""

import pytest
import torch

from lmlab.tasks.translation.dictionary import (
    Dictionary,
    dice,
    learn_dictionary,
    split_words,
)

PAIRS = [
    ("a red kite", "一只红色的风筝"),
    ("the kite is gone", "风筝不见了"),
    ("a red hat", "一顶红色的帽子"),
    ("the hat is gone", "帽子不见了"),
    ("a kite and a hat", "一只风筝和一顶帽子"),
]


def test_words_that_are_never_seen_apart_score_one_and_those_that_never_meet_zero():
    scores = dice(torch.tensor([[3, 0, 1]]), torch.tensor([3]), torch.tensor([3, 2, 5]))
    assert scores.tolist() == [[1.0, 0.0, 0.25]]


def test_chinese_is_split_into_characters_and_english_into_words_and_marks():
    assert split_words("他说：“go on!”") == ["他", "说", "：", "“", "go", "on", "!", "”"]


def test_a_word_is_given_the_longest_of_its_best_runs():
    entries = learn_dictionary(PAIRS, rarest=2).entries
    assert entries["kite"] == ("风筝", 1.0)
    assert entries["hat"] == ("帽子", 1.0)
    assert entries["red"] == ("红色的", 1.0)


def test_rare_words_have_no_entry():
    assert "and" not in learn_dictionary(PAIRS, rarest=2).entries


def test_runs_do_not_cross_marks():
    pairs = [("kite park", "风筝，公园")] * 3
    assert "，" not in learn_dictionary(pairs).entries["kite"][0]


def test_translation_goes_word_by_word_and_leaves_what_it_does_not_know():
    known = Dictionary({"red": ("红色的", 1.0), "kite": ("风筝", 1.0)})
    assert known.translate(["Red kite, Zog!"]) == ["红色的风筝, Zog!"]


def test_doubtful_words_are_passed_over():
    known = Dictionary({"the": ("了", 0.4), "kite": ("风筝", 1.0)}, threshold=0.5)
    assert known.translate(["the kite"]) == ["风筝"]


def test_a_language_with_spaces_keeps_them():
    pairs = [("the red kite", "la cometa roja"), ("a red hat", "un sombrero rojo")] * 3
    assert learn_dictionary(pairs, longest=2).translate(["kite hat"])[0].count(" ") >= 1


@pytest.mark.parametrize("text", ["", "   "])
def test_an_empty_sentence_stays_empty(text):
    assert Dictionary({}).translate([text]) == [""]
