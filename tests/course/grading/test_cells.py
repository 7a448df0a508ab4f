import ast

import pytest

from lmlab.course.grading.cells import Cell, plain, runnable


def test_magics_and_shell_lines_are_blanked_and_lines_keep_their_numbers():
    source = "%matplotlib inline\n!rm -rf .\ndef f():\n    !ls\n    return 1\nf?\n"
    text, unreadable = plain(source)
    assert not unreadable
    assert text.splitlines()[4] == source.splitlines()[4]
    names = {}
    exec(text, names)
    assert names["f"]() == 1


def test_python_that_looks_like_a_magic_is_left_alone():
    source = "x = (7\n  % 4)\n"
    assert plain(source) == (source, "")


@pytest.mark.parametrize(
    "source", ["def f(:\n  pass", "x = '\x00'", "(" * 5000, "-" * 50_000 + "1", "x = !ls\n"]
)
def test_what_is_no_python_is_named_and_does_not_crash(source):
    assert plain(source)[1].startswith("The cell is no Python")


def test_cell_that_is_too_long_is_not_read():
    assert "more than" in plain("x = 1\n" * 100_000)[1]


def test_only_definitions_imports_and_assignments_run():
    kept = runnable(
        "import torch\ncheck(f)\nfor i in x: g()\nwhile True: pass\ndef f(): ...\ny = 1"
    )
    assert [type(node) for node in kept] == [ast.Import, ast.FunctionDef, ast.Assign]


def test_function_of_a_broken_cell_is_still_found():
    assert Cell(1, "def causal_mask(n:\n    return 1").functions == ("causal_mask",)
    assert Cell(1, "x = 1\ndef f():\n    def g(): ...\n").functions == ("f",)
