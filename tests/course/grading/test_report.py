import csv

import pytest

from lmlab.course.grading.marks import Mark, Marks
from lmlab.course.grading.report import table, write_details, write_grades
from lmlab.course.registry import find

MASK, DRAW = find("causal_mask"), find("next_token_probabilities")


@pytest.fixture
def marks():
    rows = (
        Mark("=1+1", MASK, "missed", '=HYPERLINK("x")'),
        Mark("=1+1", DRAW, "passed", "", seconds=1.25),
        Mark("anna", MASK, "missed", "The mask is turned round.", evidence=("query_len = 3",)),
        Mark("anna", DRAW, "passed", "", note="the package's own function", is_open=True),
        Mark("贝贝", MASK, "not handed in", "There is no notebook."),
        Mark("贝贝", DRAW, "stopped", "Stopped after 1 seconds\ud800"),
    )
    return Marks((MASK, DRAW), rows)


def read(path):
    with open(path, encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file))


def test_grades_have_a_row_for_each_student(marks, tmp_path):
    write_grades(marks, tmp_path / "grades.csv")
    head, *rows = read(tmp_path / "grades.csv")
    assert head == ["student", "points", "of", "to decide", MASK.id, DRAW.id]
    assert rows[1:] == [["anna", "0", "3", "1", "0", "?"], ["贝贝", "0", "3", "0", "", "0"]]


def test_spreadsheet_finds_no_formula_and_knows_the_letters(marks, tmp_path):
    write_grades(marks, tmp_path / "grades.csv")
    write_details(marks, tmp_path / "details")
    rows = read(tmp_path / "grades.csv") + read(tmp_path / "details" / "answers.csv")
    assert not any(cell.startswith(("=", "+", "-", "@")) for row in rows for cell in row)
    assert any(cell == '\'=HYPERLINK("x")' for row in rows for cell in row)
    assert (tmp_path / "grades.csv").read_bytes().startswith(b"\xef\xbb\xbf")


def test_details_say_which_mistake_it_was(marks, tmp_path):
    write_details(marks, tmp_path)
    rows = {(row[0], row[2]): row for row in read(tmp_path / "answers.csv")}
    assert len(rows) == 7
    assert rows["anna", MASK.id][4:7] == ["missed", "0", "The mask is turned round."]
    assert rows["anna", DRAW.id][4:8] == ["passed", "", "", "the package's own function"]
    page = (tmp_path / "anna.txt").read_text(encoding="utf-8")
    assert "The mask is turned round." in page
    assert "query_len = 3" in page
    assert "own function" not in page  # that is between the teacher and the grader


def test_table_begins_with_what_was_passed_least_and_counts_the_mistakes(marks):
    lines = table(marks).splitlines()
    assert lines[0].startswith("3 students, 2 exercises")
    assert lines[1].split()[:3] == [MASK.id, "0", "passed"]
    assert "    1 × The mask is turned round." in lines
    assert lines[-1] == "Left for you to decide: 1."


def test_same_marks_give_the_same_bytes(marks, tmp_path):
    for name in ("a", "b"):
        write_grades(marks, tmp_path / name)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_nothing_graded_is_said():
    assert table(Marks((MASK,), (), is_whole=False)) == "No notebook was graded."
