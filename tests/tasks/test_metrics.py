"""Metrics: sums of rows give what the libraries give for the whole corpus, and published values."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from sacrebleu.metrics import BLEU, CHRF
from sklearn.metrics import accuracy_score, f1_score

from lmlab.tasks import metrics
from lmlab.tasks.calibration import expected_calibration_error
from lmlab.tasks.example import Example

# From sacrebleu's own tests and read-me.
SAID = [
    "The dog bit the man.",
    "It wasn't surprising.",
    "The man had just bitten him.",
    " risk assessment must be made of those who are qualified and expertise in the sector.",
    "",
]
WANTED = [
    "The dog had bit the man.",
    "No one was surprised.",
    "The man had bitten the dog.",
    "risk assessment has to be undertaken by those who are qualified and expert in that area.",
    "b",
]
CHINESE = ["她坐在小山上休息。", "杰克找到了帽子"], ["她在小山上坐下休息。", "杰克找到了那顶帽子。"]
LABELS = ["good", "bad", "so so"]
CLASSES = st.lists(
    st.tuples(st.sampled_from([*LABELS, "what?"]), st.sampled_from(LABELS)), min_size=1, max_size=30
)


@pytest.mark.parametrize(
    ("ours", "library", "texts"),
    [
        (metrics.bleu(), BLEU(), (SAID, WANTED)),
        (metrics.bleu("zh"), BLEU(tokenize="zh"), CHINESE),
        (metrics.bleu("char"), BLEU(tokenize="char"), CHINESE),
        (metrics.chrf(), CHRF(), (SAID, WANTED)),
        (metrics.chrf(), CHRF(), CHINESE),
    ],
)
def test_bleu_and_chrf_of_a_corpus_are_those_of_sacrebleu(ours, library, texts):
    said, wanted = texts
    expected = library.corpus_score(said, [wanted])
    assert ours(said, wanted) == pytest.approx(expected.score, abs=1e-9)
    assert ours.signature == str(library.get_signature())
    assert ours(wanted, wanted) == pytest.approx(100)


def test_rouge_gives_the_published_values():
    """For the example of rouge-score's page, whose words have no endings to be stemmed."""
    wanted, said = (
        "The quick brown fox jumps over the lazy dog",
        "The quick brown dog jumps on the log.",
    )
    assert metrics.rouge("rouge1")([said], [wanted]) == pytest.approx(70.58823529411765)
    assert metrics.rouge()([said], [wanted]) == pytest.approx(58.82352941176471)  # 2 · 5 / (8 + 9)
    assert metrics.rouge().signature == "rougeL|stemmer:no|rouge-score:0.1.2"
    assert metrics.rouge()([""], ["a hat"]) == 0


def test_squads_scores_are_those_on_its_metrics_page():
    said = ["1976", "Beyonce", "climate change"]
    wanted = [("1976",), ("Beyoncé and Bruno Mars",), ("climate change",)]
    assert metrics.exact_match()(said, wanted) == pytest.approx(66.66666666666667)
    assert metrics.answer_f1()(said, wanted) == pytest.approx(66.66666666666667)
    assert metrics.answer_f1()(["", "Leo"], [("",), ("",)]) == 50  # SQuAD 2.0: no answer


F1, ERROR = metrics.macro_f1(LABELS), metrics.calibration_error()


@settings(max_examples=40)
@given(CLASSES)
def test_accuracy_and_macro_f1_are_those_of_scikit_learn(pairs):
    said, wanted = map(list, zip(*pairs, strict=True))
    assert metrics.accuracy()(said, wanted) == pytest.approx(100 * accuracy_score(wanted, said))
    expected = f1_score(wanted, said, labels=LABELS, average="macro", zero_division=0)
    assert F1(said, wanted) == pytest.approx(100 * expected)


def test_the_likeliest_label_is_the_one_that_is_said():
    said = [{"good": 0.4, "bad": 0.6}, {"good": 0.9, "bad": 0.1}]
    assert metrics.accuracy()(said, ["bad", "bad"]) == 50


@settings(max_examples=40)
@given(st.lists(st.tuples(st.floats(0.5, 1, width=32), st.booleans()), min_size=1, max_size=20))
def test_the_calibration_error_is_that_of_the_whole_set(pairs):
    said = [{"good": sure, "bad": 1 - sure} for sure, _ in pairs]
    wanted = ["good" if right else "neither" for _, right in pairs]
    confidence, right = (torch.tensor(side) for side in zip(*pairs, strict=True))
    expected = expected_calibration_error(confidence.double(), right, 10)
    assert ERROR(said, wanted) == pytest.approx(100 * expected, abs=1e-6)
    assert ERROR.lower_is_better


def test_a_bare_label_counts_as_certain():
    assert ERROR(["good", "good"], ["good", "bad"]) == 50


@pytest.mark.parametrize(
    ("said", "wanted", "f1"),
    [
        ([{1, 2}, {3}], [{1}, {3, 4}], 100 * 2 * 2 / 6),
        ([set(), {1}], [{1}, set()], 0),
        ([set()], [set()], 100),
    ],
)
def test_sets_are_counted_over_all_examples_together(said, wanted, f1):
    assert metrics.set_f1()(said, wanted) == pytest.approx(f1)


@pytest.mark.parametrize("metric", [metrics.chrf(), metrics.bleu(), metrics.rouge()])
def test_every_example_contributes_a_row_that_adds_up(metric):
    examples = [Example(None, text) for text in WANTED]
    rows = metric.rows(SAID, examples)
    assert len(rows) == len(SAID)
    assert metric.score(rows.sum(axis=0)) == pytest.approx(metric(SAID, WANTED))
    with pytest.raises(ValueError):
        metric.rows(SAID[:2], examples)
