import json
import subprocess
import sys

import pytest

from lmlab.course import logbook
from lmlab.course.checking import check
from lmlab.course.logbook import keep, progress
from lmlab.course.question import quiz

ID = "causal_mask"


def row():
    return {row.exercise.id: row for row in progress().rows}[ID]


def status():
    return row().status


def test_nothing_is_done_at_first():
    assert progress().summary.startswith("0 of ")
    assert status() == "not attempted"


def test_check_keeps_what_it_found():
    check(ID, lambda q, k: 0)
    assert status() == "missed"
    check(ID, None)
    assert status() == "missed"


def test_what_was_passed_stays_passed():
    keep(ID, "passed")
    keep(ID, "missed")
    assert status() == "passed"
    assert "✓ done" in repr(progress())


def test_summary_counts_exercises_and_minutes():
    before = sum(row.exercise.minutes for row in progress().rows)
    keep(ID, "passed")
    assert progress().summary.startswith("1 of ")
    assert f"{before - 10} minutes" in progress().summary


def test_a_quiz_is_kept_beside_its_exercise():
    quiz(ID).choose("a")
    quiz(ID).choose("b")
    assert (row().status, row().quiz_status) == ("not attempted", "passed")
    assert "✓ quiz" in repr(progress())


DAMAGES = [b"", b"{", b"[]", b'{"status": 7}', b'{"status": []}', b"\xff\xfe\x00", b"[" * 100_000]


@pytest.mark.parametrize("damage", DAMAGES, ids=range(len(DAMAGES)))
def test_damaged_entry_is_as_if_nothing_was_tried(damage, learner_home):
    keep(ID, "passed")
    (learner_home / "progress" / f"{ID}.json").write_bytes(damage)
    assert status() == "not attempted"
    keep(ID, "passed")
    assert status() == "passed"


def test_tries_that_are_no_number_are_counted_anew(learner_home):
    keep(ID, "missed")
    entry = learner_home / "progress" / f"{ID}.json"
    entry.write_text('{"status": "missed", "tries": "many"}')
    keep(ID, "missed")
    assert json.loads(entry.read_text())["tries"] == 1


@pytest.mark.parametrize("place", ["home", "home/progress", f"home/progress/{ID}.json"])
def test_place_that_cannot_be_written_stops_nothing(place, tmp_path):
    where = tmp_path / place
    where.parent.mkdir(parents=True, exist_ok=True)
    if where.suffix:
        where.mkdir()  # a folder where the file should be
    else:
        where.write_text("a file where the folder should be")
    keep(ID, "passed")
    assert status() == "not attempted"
    assert check(ID, lambda q, k: 0).status == "missed"


def test_home_of_nobody_stops_nothing(monkeypatch):
    monkeypatch.setenv("LMLAB_HOME", "~nobody_of_that_name/lmlab")
    keep(ID, "passed")
    assert status() == "not attempted"


KEEP_OFTEN = """
import sys
from lmlab.course.logbook import keep
for tries in range(30):
    keep(sys.argv[1], "missed")
    keep("shared", "missed")
keep(sys.argv[1], "passed")
"""


def test_two_notebooks_at_once_leave_every_entry_whole(learner_home):
    command = [sys.executable, "-c", KEEP_OFTEN]
    notebooks = [subprocess.Popen([*command, name]) for name in ("one", "two")]
    assert [notebook.wait(60) for notebook in notebooks] == [0, 0]
    entries = {
        path.stem: json.loads(path.read_text()) for path in (learner_home / "progress").iterdir()
    }
    assert {name: entry["status"] for name, entry in entries.items()} == {
        "one": "passed",
        "two": "passed",
        "shared": "missed",
    }


def test_home_is_the_users_data_folder_without_the_setting(monkeypatch):
    monkeypatch.delenv("LMLAB_HOME")
    assert logbook.home().name == "lmlab"


def test_table_has_a_row_for_each_exercise_and_a_heading_for_each_chapter():
    keep(ID, "passed")
    html, rows = progress()._repr_html_(), progress().rows
    assert html.count("<td style='text-align:left'>★") == len(rows)
    assert html.count("<th") == len({row.exercise.chapter for row in rows})
    assert "00_start_here: 1 of 2 done" in html and "00_start_here: 1 of 2 done" in repr(progress())


def test_one_chapter_can_be_asked_for():
    assert {row.exercise.chapter for row in progress("01_background").rows} == {"01_background"}
    assert progress("01_background").summary.startswith("0 of 3 ")
    with pytest.raises(ValueError, match="there are some in 00_start_here, 01_background"):
        progress("01_foreground")
