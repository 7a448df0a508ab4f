import inspect
from pathlib import Path
from pkgutil import resolve_name

import pytest

from lmlab.course.paper import Line, all_equations, paper

CHECKOUT = Path(__file__).parents[2]
LINES = [(one.id, line) for one in all_equations().values() for line in one.code]


@pytest.mark.parametrize(("equation", "line"), LINES)
def test_the_line_stands_once_in_the_code_that_is_named(equation, line):
    source = inspect.getsource(resolve_name(line.home))
    assert sum(line.piece in row for row in source.splitlines()) == 1


@pytest.mark.parametrize(("equation", "line"), LINES)
def test_the_place_is_where_the_file_has_the_line(equation, line):
    file, number = line.place.split(", line ")
    lines = (CHECKOUT / file).read_text(encoding="utf-8").splitlines()
    assert lines[int(number) - 1].strip().startswith(line.text)
    assert line.piece in line.text


def test_a_line_that_is_gone_is_not_found():
    with pytest.raises(StopIteration):
        _ = Line("lmlab.nn.attention.attention", "q @ k @ v").text


def test_every_equation_is_shown_with_formula_and_code():
    for one in all_equations().values():
        shown = one._repr_markdown_()
        assert one.formula in shown
        assert all(line.text in shown and line.text in repr(one) for line in one.code)


def test_the_table_has_a_row_for_each():
    rows = paper()._repr_markdown_().splitlines()[2:]
    assert len(rows) == len(all_equations())
    assert all(row.count("|") == 3 for row in rows)


def test_an_unknown_equation_names_the_known_ones():
    with pytest.raises(ValueError, match="eq1.*eq2.*eq3"):
        paper("eq4")
