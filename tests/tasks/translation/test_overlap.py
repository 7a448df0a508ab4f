"""chrF by hand agrees with sacrebleu."""

import pytest
from sacrebleu import sentence_chrf

from lmlab.tasks.translation.overlap import ngram_f_score

TEXTS = [
    ("The cat sat on a mat", "The cat is on the mat"),
    ("他把风筝还给了米娅。", "她把风筝还给了米娅。"),
    ("the kite in the park", "a red kite in a park by the sea"),
]


@pytest.mark.parametrize(("translation", "reference"), TEXTS)
def test_the_mean_over_six_lengths_is_sacrebleus_chrf(translation, reference):
    ours = sum(ngram_f_score(translation, reference, n) for n in range(1, 7)) / 6
    assert 100 * ours == pytest.approx(sentence_chrf(translation, [reference]).score, abs=0.01)


def test_a_perfect_translation_scores_one_and_a_wholly_different_one_zero():
    assert ngram_f_score("kite", "kite", 2) == 1
    assert ngram_f_score("kite", "风筝", 1) == 0


def test_recall_counts_more_than_precision():
    assert ngram_f_score("kiteabcd", "kite", 1) > ngram_f_score("kite", "kiteabcd", 1)


def test_repeating_a_frequent_letter_does_not_pay():
    assert ngram_f_score("eeeeeeee", "kite", 1) < ngram_f_score("e", "kite", 1) + 0.1


@pytest.mark.parametrize("text", ["", "ab"])
def test_a_text_shorter_than_the_ngram_scores_zero(text):
    assert ngram_f_score(text, "kites", 3) == 0
