import pytest

from lmlab.course.grading.answers import chapter_of, find_answers, imports_for
from lmlab.course.grading.cells import Cell
from lmlab.course.registry import all_exercises, find

MASK = "def causal_mask(query_len, key_len):\n    return 1\n"
EXERCISES = (find("causal_mask"), find("next_token_probabilities"))


def cells(*given):
    """Cells of sources, or of (source, grade_id)."""
    pairs = [one if isinstance(one, tuple) else (one, None) for one in given]
    return [Cell(number, *pair) for number, pair in enumerate(pairs, start=1)]


def test_marked_cell_is_the_answer_wherever_else_the_function_is_defined():
    [answer] = find_answers(cells(MASK, (MASK, "causal_mask"), MASK), EXERCISES)
    assert answer.cell.number == 2
    assert not answer.note


def test_without_marks_the_last_definition_counts_and_it_is_said():
    [answer] = find_answers(cells(MASK, "x = 1", MASK), EXERCISES)
    assert answer.cell.number == 3
    assert answer.note == "answered twice; cell 3 counts"


def test_marked_cell_that_was_emptied_gives_way_to_the_cell_that_answers():
    [answer] = find_answers(cells(("", "causal_mask"), MASK), EXERCISES)
    assert answer.cell.number == 2


def test_marked_cell_counts_when_nothing_defines_the_function():
    [answer] = find_answers(cells(("x = 1", "causal_mask"), "y = 2"), EXERCISES)
    assert not answer.is_function


def test_function_inside_another_is_no_answer():
    assert not find_answers(cells("def outer():\n    def causal_mask(n): ...\n"), EXERCISES)


@pytest.mark.parametrize(
    "stem, source, chapter",
    [
        ("07_tools", MASK, "07_tools"),
        ("anna", MASK, "00_start_here"),
        ("anna", "x = 1", None),
    ],
)
def test_chapter_is_the_files_name_or_where_the_answers_stand(stem, source, chapter):
    assert chapter_of(cells(source), stem, all_exercises().values()) == chapter


def test_only_the_imports_that_an_answer_uses_come_along_and_the_notebooks_win():
    given = cells(
        "import os, torch\nfrom lmlab import viz",
        "from torch import nn\nprint('no')",
        "def causal_mask(q, k):\n    return nn.functional.pad(torch.ones(q), k)\n",
    )
    lines = imports_for(given, find_answers(given, EXERCISES))
    assert set(lines) == {"import torch", "from lmlab import nn", "from torch import nn"}
    assert lines.index("from torch import nn") > lines.index("from lmlab import nn")
