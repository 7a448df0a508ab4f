import json

import pytest

from lmlab.course.grading import submissions
from lmlab.course.grading.submissions import Unreadable, find_submissions, read_cells


def test_three_layouts_are_read_in_a_fixed_order(hand_in, tmp_path):
    hand_in("zoe/week1/00_start_here", "x = 1")
    hand_in("anna", "x = 1")
    hand_in("ben/00_start_here", "x = 1")
    hand_in("ben/.ipynb_checkpoints/00_start_here-checkpoint", "x = 2")
    found = find_submissions(tmp_path / "submissions")
    assert [one.student for one in found] == ["anna", "ben", "zoe"]


def test_cells_keep_their_place_and_only_solutions_their_id(hand_in, tmp_path):
    path = hand_in("anna", "x = 1", ("def f(): ...", "causal_mask"))
    content = json.loads(path.read_text())
    content["cells"].insert(0, {"cell_type": "markdown", "metadata": {}, "source": "def f(): 1"})
    content["cells"][1]["metadata"] = {"nbgrader": {"grade_id": "check_f", "grade": True}}
    path.write_text(json.dumps(content))
    first, second = read_cells(path)
    assert (first.number, first.grade_id) == (2, None)
    assert (second.number, second.grade_id) == (3, "causal_mask")


@pytest.mark.parametrize("content", ["", "{", "[]", "{}", "[" * 100_000, '{"cells": 7}', "\x00"])
def test_what_is_no_notebook_is_said_to_be_none(tmp_path, content):
    path = tmp_path / "anna.ipynb"
    path.write_text(content)
    with pytest.raises(Unreadable, match=r"anna\.ipynb is no notebook"):
        read_cells(path)


def test_notebook_of_many_megabytes_is_not_opened(hand_in, monkeypatch):
    path = hand_in("anna", "x = 1")
    monkeypatch.setattr(submissions, "MOST_BYTES", 10)
    with pytest.raises(Unreadable, match="MB"):
        read_cells(path)


def test_missing_and_empty_folders_say_what_is_wanted(tmp_path):
    with pytest.raises(FileNotFoundError):
        find_submissions(tmp_path / "nowhere")
    with pytest.raises(ValueError, match="<student>.ipynb"):
        find_submissions(tmp_path)
