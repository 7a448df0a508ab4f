import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from lmlab.course.registry import find
from lmlab.course.student_copy import mark_answers, settle_links, take_out_solutions

MASK = find("causal_mask")
STUB = '''\
def causal_mask(query_len, key_len):
    """True where the query may look."""
    ...


lmlab.check("causal_mask", causal_mask)'''


@pytest.fixture
def book():
    return new_notebook(cells=[new_markdown_cell("# Masks"), new_code_cell(STUB)])


def valid_metadata(cell):
    """Schema 3 as nbgrader reads it: every key of its own type, points on what is graded alone."""
    data = dict(cell.metadata.nbgrader)
    assert isinstance(data.pop("grade_id"), str)
    assert data.pop("schema_version") == 3 and data.pop("cell_type") == cell.cell_type
    if data["grade"]:
        assert data.pop("points") >= 0
    assert data.keys() == {"grade", "solution", "locked", "task"}
    return all(isinstance(value, bool) for value in data.values())


def test_the_stub_is_a_solution_cell_with_its_points_in_a_locked_cell_behind(book):
    mark_answers(book, [MASK])
    nbformat.validate(book)
    _, answer, points = book.cells
    assert valid_metadata(answer) and valid_metadata(points)
    told = answer.metadata.nbgrader
    assert (told.grade_id, told.grade, told.solution, told.locked) == (MASK.id, False, True, False)
    told = points.metadata.nbgrader
    assert (told.grade_id, told.points) == ("check_causal_mask", MASK.difficulty)
    assert (told.grade, told.solution, told.locked) == (True, False, True)
    assert points.metadata.editable is False


@pytest.mark.parametrize(
    ("answer", "points"),
    [("...", 0), ("raise NotImplementedError()", 0), ("return torch.ones(2, 2)", 0), ("", 2)],
)
def test_the_points_are_a_plain_number_and_a_stub_raises_nothing(book, answer, points):
    """nbgrader takes what it cannot read as a number, such as False, for a right answer."""
    import torch

    import lmlab

    answer = answer or "return lmlab.nn.causal_mask(query_len, key_len)"
    mark_answers(book, [MASK])
    namespace = {"lmlab": lmlab, "torch": torch}
    exec(book.cells[1].source.replace("...", answer), namespace)
    assert repr(eval(book.cells[2].source.splitlines()[-1], namespace)) == str(points)


def test_nbgrader_finds_marks_around_the_dots_and_nothing_else_changes(book):
    mark_answers(book, [MASK])
    lines = book.cells[1].source.splitlines()
    assert [line.strip() for line in lines[2:5]] == [
        "### BEGIN SOLUTION",
        "...",
        "### END SOLUTION",
    ]
    assert "\n".join(line for line in lines if "###" not in line) == STUB


@pytest.mark.parametrize(
    "source",
    [
        "x = 1",
        STUB.replace("    ...", "    return 1"),
        STUB.replace("lmlab.check", "print"),
        STUB.replace('"causal_mask"', '"window_mask"'),
        STUB.partition("\n\n")[0],
    ],
)
def test_a_cell_that_is_no_stub_with_its_check_is_not_taken(source):
    with pytest.raises(ValueError, match="no cell with the stub and the check of 'causal_mask'"):
        mark_answers(new_notebook(cells=[new_code_cell(source)]), [MASK])


def test_solutions_go_with_the_cells_that_held_nothing_else():
    sources = [
        'lmlab.solution("causal_mask")',
        "x = 1\nsolution('causal_mask')  # look\ny = 2",
        STUB,
    ]
    book = new_notebook(cells=[*map(new_code_cell, sources)])
    take_out_solutions(book, [MASK])
    assert [cell.source for cell in book.cells] == ["x = 1\ny = 2", STUB]


def test_a_solution_among_other_code_is_refused():
    book = new_notebook(cells=[new_code_cell('print(lmlab.solution("causal_mask"))')])
    with pytest.raises(ValueError, match="give it a line of its own"):
        take_out_solutions(book, [MASK])


@pytest.mark.parametrize(
    ("text", "settled", "files", "cut"),
    [
        ("[a](01_a.ipynb) [b](02_b.ipynb#x)", "[a](01_a.ipynb) b", [], ["02_b"]),
        ("[the `b`](02_b.ipynb)", "the `b`", [], ["02_b"]),
        ("![dot](pictures/a%20dot.png 'x')", None, [], []),
        ('![dot](pictures/a%20dot.png "x")', None, ["pictures/a dot.png"], []),
        ("[![dot](dot.png)](02_b.ipynb)", "![dot](dot.png)", ["dot.png"], ["02_b"]),
        ("[![dot](dot.png)](https://b.org)", None, ["dot.png"], []),
        ("[![dot](dot.png) `x`](01_a.ipynb)", None, ["dot.png"], []),
        ('<img alt="a" src="dot.png">', None, ["dot.png"], []),
        ("[a](https://b.org/02_b.ipynb) [c](#d) [e](mailto:f@g)", None, [], []),
        ("`x[0](02_b.ipynb)` and\n```\n[b](02_b.ipynb)\n```", None, [], []),
    ],
)
def test_links_to_what_is_not_handed_out_become_words(text, settled, files, cut):
    book = new_notebook(cells=[new_markdown_cell(text), new_code_cell("x[0](y)")])
    links = settle_links(book, ["01_a"])
    assert (links.files, links.cut) == (set(files), set(cut))
    assert book.cells[0].source == (text if settled is None else settled)
    assert book.cells[1].source == "x[0](y)"


@pytest.mark.parametrize("text", ['<a href="02_b.ipynb">b</a>', "See [b][1].\n\n[1]: 02_b.ipynb"])
def test_a_link_to_a_chapter_that_could_break_unseen_is_refused(text):
    with pytest.raises(ValueError, match="write it as"):
        settle_links(new_notebook(cells=[new_markdown_cell(text)]), ["01_a"])
