import pytest

from lmlab.course.grading import grader
from lmlab.course.grading.cells import Cell
from lmlab.course.grading.grader import BY_CLICK, COPIED, OURS, Grader, Notebook
from lmlab.course.registry import find

START = (find("next_token_probabilities"), find("causal_mask"))


@pytest.fixture
def marks():
    """The marks for a notebook of these sources."""

    def of(chapter, exercises, *sources):
        cells = tuple(Cell(number, source) for number, source in enumerate(sources, start=1))
        notebook = Notebook("anna", "anna.ipynb", cells, chapter)
        found = Grader(tuple(exercises), 20, 7).grade(notebook)
        return {mark.exercise.id: mark for mark in found}

    return of


def test_packages_own_function_is_left_to_the_teacher(marks, without_sandbox):
    found = marks(
        "00_start_here",
        START,
        "from lmlab import nn as own\ndef causal_mask(a, b):\n    return own.causal_mask(a, b)",
        "def next_token_probabilities(logits, t=1.0):\n    return (logits / t).softmax(-1)",
    )
    own, honest = found["causal_mask"], found["next_token_probabilities"]
    assert (own.status, own.note, own.points) == ("passed", OURS, None)
    assert (honest.status, honest.note, honest.points) == ("passed", "", 1)


def test_copied_source_is_noted(marks, monkeypatch, without_sandbox):
    monkeypatch.setattr(grader, "is_copied", lambda source, exercise: True)
    source = "def next_token_probabilities(logits, t=1.0):\n    return (logits / t).softmax(-1)"
    [mark] = marks("00_start_here", START, source).values()
    assert (mark.note, mark.points) == (COPIED, None)


def test_answer_may_use_another_answer_and_what_the_notebook_imports(marks):
    found = marks(
        "00_start_here",
        START,
        "import torch as pytorch",
        "def next_token_probabilities(logits, t=1.0):\n    return (logits / t).softmax(-1)",
        "def causal_mask(a, b):\n"
        "    next_token_probabilities(pytorch.ones(2))\n"
        "    return pytorch.ones(a, b).tril(b - a).bool()",
    )
    assert {mark.status for mark in found.values()} == {"passed"}


def test_later_import_of_the_packages_version_does_not_take_an_answers_place(marks):
    """As chapters do: below an exercise they go on with the package's function."""
    found = marks(
        "00_start_here",
        START,
        "def next_token_probabilities(logits, t=1.0):\n    return (logits / t).softmax(-1)",
        "def causal_mask(a, b):\n"
        "    assert next_token_probabilities.__module__ == '__main__'\n"
        "    return torch.ones(a, b).tril(b - a).bool()",
        "from lmlab.generate.sampling import probabilities as next_token_probabilities",
    )
    assert {mark.status for mark in found.values()} == {"passed"}
    assert not any(mark.note for mark in found.values())


def test_cell_that_ends_the_process_takes_no_other_answer_with_it(marks):
    found = marks(
        "00_start_here",
        START,
        "import os\nx = os._exit(1)\ndef causal_mask(a, b): ...",
        "def next_token_probabilities(logits, t=1.0):\n    return (logits / t).softmax(-1)",
    )
    assert found["causal_mask"].status == "stopped"
    assert found["next_token_probabilities"].status == "passed"


def test_choice_in_a_view_is_left_to_the_teacher(marks):
    exercise = find("induction_head")
    cell = Cell(1, 'view = 1\nlmlab.check("induction_head", view)', exercise.id)
    notebook = Notebook("anna", "anna.ipynb", (cell,), exercise.chapter)
    [mark] = Grader((exercise,), 20, 7).grade(notebook)
    assert (mark.status, mark.points, mark.sentence) == ("not attempted", None, BY_CLICK)


def test_judge_that_fails_is_no_students_fault(marks, monkeypatch, without_sandbox):
    monkeypatch.setattr(grader, "judge", lambda *given: 1 / 0)
    source = "def causal_mask(a, b):\n    return 1"
    [mark] = marks("00_start_here", START, source).values()
    assert mark.points is None and "ZeroDivisionError" in mark.sentence
