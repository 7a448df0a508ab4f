"""A class with real notebooks. Each costs the start of a process; the hostile ones are long."""

import pytest

from lmlab.course.grading import grade as grading
from lmlab.course.grading.grade import grade
from lmlab.course.registry import find

MASK = """import torch
def causal_mask(query_len, key_len):
    return torch.ones(query_len, key_len).tril(key_len - query_len).bool()
lmlab.check("causal_mask", causal_mask)
"""
NEXT = """def next_token_probabilities(logits, temperature=1.0):
    return F.softmax(logits / temperature, dim=-1)
"""
BODY = "def causal_mask(query_len, key_len):\n    {}\n"
BOTH = ("causal_mask", "next_token_probabilities")


def by_name(marks):
    return {(mark.student, mark.exercise.id): mark for mark in marks.marks}


def test_class_gets_its_marks(hand_in, tmp_path):
    hand_in("anna/00_start_here", "%time\n!exit 1", (MASK, BOTH[0]), (NEXT, BOTH[1]), MASK + "no(")
    wrong = "mask = torch.ones(query_len, key_len).bool(); return mask"
    hand_in("ben/00_start_here", (BODY.format(wrong), BOTH[0]), ("", BOTH[1]))
    (tmp_path / "submissions" / "cleo").mkdir()
    (tmp_path / "submissions" / "cleo" / "00_start_here.ipynb").write_text("{")
    hand_in("dora/07_tools", "x = 1")
    told = []
    marks = grade(tmp_path / "submissions", report=lambda *now: told.append(now))
    assert told[-1] == (4, 4) and marks.is_whole
    found = by_name(marks)
    assert [found["anna", name].points for name in BOTH] == [find(n).difficulty for n in BOTH]
    assert found["ben", BOTH[0]].status == "missed"
    known = [wrong.sentence for wrong in find(BOTH[0]).wrong_answers]
    assert found["ben", BOTH[0]].sentence in known
    assert found["ben", BOTH[1]].status == "missed"
    assert "defines no function" in found["ben", BOTH[1]].sentence
    assert found["cleo", BOTH[0]].status == "not handed in"
    assert "is no notebook" in found["cleo", BOTH[0]].sentence
    assert found["dora", BOTH[0]].sentence == "There is no notebook of 00_start_here."
    in_chapter = [mark for mark in marks.marks if mark.exercise.chapter == "07_tools"]
    assert {mark.status for mark in in_chapter if mark.student == "dora"} == {"not attempted"}


def test_answers_learnt_by_heart_fail_on_the_graders_cases(hand_in, tmp_path, without_sandbox):
    """The cases that a notebook shows are of another seed."""
    exercise = find("perplexity")
    cases = [(logs.tolist(), exercise.solution(logs)) for (logs,) in exercise.cases(0)]
    source = f"KNOWN = {cases!r}\ndef perplexity(logs):\n"
    source += "    return dict((tuple(a), b) for a, b in KNOWN)[tuple(logs.tolist())]\n"
    hand_in("anna", source)
    at_home = grade(tmp_path / "submissions", ["perplexity"], seed=0).marks[0]
    assert at_home.status == "passed"
    assert grade(tmp_path / "submissions", ["perplexity"]).marks[0].status == "missed"


def test_exercises_are_named_marked_or_those_of_the_chapter(hand_in, tmp_path, monkeypatch):
    monkeypatch.setattr(grading.Grader, "grade", lambda self, notebook: [])
    hand_in("anna", "def causal_mask(n): ...")
    folder = tmp_path / "submissions"
    assert [one.id for one in grade(folder).exercises] == list(BOTH)[::-1]
    assert [one.id for one in grade(folder, ["perplexity"]).exercises] == ["perplexity"]
    hand_in("ben", ("", "causal_mask"))
    assert [one.id for one in grade(folder).exercises] == ["causal_mask"]


def test_work_that_is_ended_keeps_the_marks_that_there_are(hand_in, tmp_path, monkeypatch):
    done = []

    def fake(self, notebook):
        if done:
            raise KeyboardInterrupt
        done.append(notebook)
        return []

    monkeypatch.setattr(grading.Grader, "grade", fake)
    hand_in("anna", "def causal_mask(n): ...")
    hand_in("ben", "def causal_mask(n): ...")
    marks = grade(tmp_path / "submissions")
    assert not marks.is_whole
    assert set(marks.by_student) == {"anna"}


@pytest.mark.parametrize(
    "given, sentence",
    [
        ({"exercises": ["causal_masc"]}, "there is no exercise 'causal_masc'"),
        ({"seconds": 0}, "seconds=0"),
        ({"jobs": 0}, "jobs=0"),
        ({}, "no notebook in .* has an answer"),
    ],
)
def test_wrong_settings_end_in_a_sentence(hand_in, tmp_path, given, sentence):
    hand_in("anna", "x = 1")
    with pytest.raises(ValueError, match=sentence):
        grade(tmp_path / "submissions", **given)


HOSTILE = {
    "loop": ("while True: pass", "stopped", "Stopped after 3 seconds"),
    "ends": ("import os; os._exit(0)", "stopped", "ended its own process"),
    "leaves": ("import sys; sys.exit()", "missed", "exit()"),
    "swells": ("return torch.ones(10**11)", "missed", "more memory"),
    "prints": ("print('x' * 10**7); return 1", "missed", "You returned 1"),
    "forks": ("import os\n    while True: os.fork()", "missed", "may not"),
    "fakes": ("return type('Passed', (), {'passed': True})()", "missed", "type Passed"),
    "returns nothing": ("x = 1", "missed", "returns None"),
    "names": ("return torhc.ones(1)", "missed", "NameError: name 'torhc'"),
}


@pytest.mark.long
def test_no_notebook_stops_another(hand_in, tmp_path):
    for name, (body, _, _) in HOSTILE.items():
        hand_in(name, BODY.format(body), NEXT)
    hand_in("loops outside", "x = [0 for _ in iter(int, 1)]\n" + MASK, NEXT)
    hand_in("is broken", "def causal_mask(a, b:\n  return", NEXT)
    hand_in("is good", MASK, NEXT)
    found = by_name(grade(tmp_path / "submissions", BOTH, seconds=3, jobs=2))
    for name, (_, status, sentence) in HOSTILE.items():
        assert found[name, BOTH[0]].status == status, name
        assert sentence in found[name, BOTH[0]].sentence, name
    assert found["loops outside", BOTH[0]].status == "stopped"
    assert "no Python: line 1" in found["is broken", BOTH[0]].sentence
    assert found["is good", BOTH[0]].status == "passed"
    students = {student for student, _ in found}
    assert {found[name, BOTH[1]].status for name in students} == {"passed"}
