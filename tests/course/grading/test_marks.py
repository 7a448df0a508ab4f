from lmlab.course.grading.marks import Mark, Marks
from lmlab.course.registry import find

MASK = find("causal_mask")


def test_a_passed_exercise_gives_a_point_for_each_star():
    assert Mark("anna", MASK, "passed", "").points == MASK.difficulty > 0
    assert Mark("anna", MASK, "missed", "no").points == 0


def test_what_the_teacher_is_to_decide_has_no_points():
    assert Mark("anna", MASK, "passed", "", is_open=True).points is None


def test_marks_are_grouped_by_student():
    marks = [Mark(name, MASK, "passed", "") for name in ("anna", "ben")]
    assert Marks((MASK,), tuple(marks)).by_student == {"anna": (marks[0],), "ben": (marks[1],)}
