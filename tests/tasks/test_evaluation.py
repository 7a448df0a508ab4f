"""One evaluation for all tasks: right numbers, honest comparisons, errors to be read."""

import numpy as np
import pytest

from lmlab.tasks import Example, Task, beats, difference, evaluate, metrics

N = 120


def numbers(split, n):
    """Numbers to be told whether they are even; the composed ones are larger."""
    first = 1000 if split == "composed" else 0
    return [
        Example(f"{first + i}", "even" if i % 2 == 0 else "odd", "small" if i < 40 else "large")
        for i in range(n)
    ]


TASK = Task(
    "parity",
    numbers,
    {"accuracy": metrics.accuracy(), "calibration error": metrics.calibration_error()},
)


def says(right_in):
    """Answers that are right but for every so many-th number."""

    def predict(inputs):
        said = []
        for text in inputs:
            number = int(text)
            wrong = number % right_in == 0
            said.append("even" if (number % 2 == 0) != wrong else "odd")
        return said

    return predict


def always_even(inputs):
    return ["even"] * len(inputs)


@pytest.fixture(scope="module")
def reports():
    def report(model, **more):
        return evaluate(TASK, model, n=N, progress=False, **more)

    return {
        "good": report(says(10), name="good"),
        "better": report(says(11), name="better"),
        "even": report(always_even),
    }


def test_scores_are_those_of_the_predictions(reports):
    good = reports["good"]
    assert good["accuracy"].value == pytest.approx(90)
    assert good["accuracy"].low < 90 < good["accuracy"].high < 100
    assert good["calibration error"].value == pytest.approx(10)
    assert reports["even"]["accuracy"].value == 50 and good.seconds > 0
    assert {name: n for name, (n, _) in good.by_category.items()} == {"small": 40, "large": 80}
    assert good.by_category["small"][1].value == pytest.approx(90)


def test_the_same_seed_gives_the_same_report_and_batches_do_not_matter(reports):
    again = evaluate(TASK, says(10), n=N, name="good", batch_size=7, progress=False)
    assert repr(again) == repr(reports["good"])
    other = evaluate(TASK, says(10), n=N, name="good", seed=1, progress=False)
    assert other["accuracy"].value == again["accuracy"].value


def test_a_report_prints_as_a_table(reports):
    lines = repr(reports["even"]).splitlines()
    assert lines[0] == "parity, held-out, always even: 120 examples"
    shown = reports["even"]["accuracy"]
    assert lines[2].split() == f"accuracy 50.0 {shown.low:.1f} to {shown.high:.1f}".split()
    assert "accuracy by category" in lines[4]
    assert lines[5].split()[:2] == ["large", "50.0"] and lines[5].endswith("80 examples")


def test_a_model_beats_a_baseline_where_chance_does_not_explain_it(reports):
    good, better, even = (reports[name] for name in ("good", "better", "even"))
    assert beats(good, even) and not beats(even, good)
    assert difference(good, even).value == pytest.approx(40)
    assert not beats(better, good) and not beats(good, better) and not beats(good, good)


def test_where_lower_is_better_the_sign_is_turned(reports):
    good, even = reports["good"], reports["even"]
    assert difference(good, even, "calibration error").value == pytest.approx(40)
    assert beats(good, even, "calibration error")


def test_the_worst_errors_come_first_and_can_be_read():
    def f1s(split, n):
        return [Example(("Leo saw Mia.", f"Who {i}?"), ("Leo", "Leo")) for i in range(n)]

    task = Task("questions", f1s, {"F1": metrics.answer_f1()})
    said = ["Leo", "Leo Mia", "", "Mia saw Leo"]
    report = evaluate(task, lambda inputs: said, n=4, name="x", progress=False)
    assert [outcome.score for outcome in report.outcomes] == pytest.approx([100, 200 / 3, 0, 50])
    assert report.errors(1) == "Leo saw Mia.\nWho 2?\n  wanted: Leo\n  got:    (nothing)"
    first, *others = report.errors(9, worst=False).split("\n\n")
    assert "Who 1?" in first and len(others) == 2


def test_no_error_is_said_to_be_none():
    report = evaluate(TASK, says(10**6 + 1), n=9, examples=numbers("", 9)[1:], progress=False)
    assert report.errors() == "There is no error."


def test_examples_of_another_kind_take_the_place_of_the_drawn_ones():
    given = numbers("", 5)
    report = evaluate(TASK, always_even, "real numbers", examples=given, progress=False)
    assert (report.split, len(report.outcomes)) == ("real numbers", 5)


def test_other_examples_cannot_be_compared(reports):
    composed = evaluate(TASK, always_even, "composed", n=N, progress=False)
    with pytest.raises(ValueError, match="good and always even were evaluated on different exam"):
        difference(reports["good"], composed)


@pytest.mark.parametrize("said", [["even"], ["even"] * 9])
def test_a_model_that_leaves_something_out_is_told_so(said):
    with pytest.raises(ValueError, match="predictions for 5 inputs; it takes a list"):
        evaluate(TASK, lambda inputs: said, n=5, progress=False)


def test_questions_that_make_no_sense_are_refused(reports):
    with pytest.raises(ValueError, match="there is no example"):
        evaluate(TASK, always_even, examples=[], progress=False)
    with pytest.raises(ValueError, match="no metric 'BLEU' here; there are accuracy, calibration"):
        reports["good"]["BLEU"]
    with pytest.raises(ValueError, match="no metric 'BLEU'"):
        beats(reports["good"], reports["even"], "BLEU")


def test_rows_of_a_report_sum_to_its_score(reports):
    for name, rows in reports["good"].rows.items():
        score = TASK.metrics[name].score(np.asarray(rows).sum(axis=0))
        assert score == pytest.approx(reports["good"][name].value)
