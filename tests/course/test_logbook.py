import pytest

from lmlab.course import logbook
from lmlab.course.checking import check
from lmlab.course.logbook import keep, progress

ID = "causal_mask"


def status():
    return dict((exercise.id, status) for exercise, status in progress().rows)[ID]


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
    before = sum(exercise.minutes for exercise, _ in progress().rows)
    keep(ID, "passed")
    assert progress().summary.startswith("1 of ")
    assert f"{before - 10} minutes" in progress().summary


@pytest.mark.parametrize("damage", ["", "{", "[]", '{"status": 7}', '{"status": []}'])
def test_damaged_entry_is_as_if_nothing_was_tried(damage, learner_home):
    keep(ID, "passed")
    (learner_home / "progress" / f"{ID}.json").write_text(damage)
    assert status() == "not attempted"
    keep(ID, "passed")
    assert status() == "passed"


def test_folder_that_cannot_be_written_stops_nothing(learner_home):
    learner_home.write_text("a file where the folder should be")
    keep(ID, "passed")
    assert status() == "not attempted"


def test_home_is_the_users_data_folder_without_the_setting(monkeypatch):
    monkeypatch.delenv("LMLAB_HOME")
    assert logbook.home().name == "lmlab"


def test_table_has_a_row_for_each_exercise():
    assert progress()._repr_html_().count("<tr>") == len(progress().rows)
