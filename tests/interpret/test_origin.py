from pathlib import Path

import pytest
from torch import nn

from lmlab.interpret.origin import origin


class Watched(nn.Module):
    def forward(self, x):
        y = x + 1
        return self.look(y)

    def look(self, y):
        return lookup(self)


class Caller(nn.Module):
    def __init__(self):
        super().__init__()
        self.inner = Watched()

    def forward(self, x):
        if x:
            return self.inner(x), origin(self)


def lookup(module):
    return origin(module)


def test_the_nearest_method_of_the_module_is_found_through_other_functions():
    found = Watched()(1)
    assert found.function == "Watched.look"
    assert found.code == "return lookup(self)"
    line = Path(__file__).read_text().splitlines()[found.line - 1]
    assert line.strip() == "return lookup(self)"
    assert str(found) == f"tests/interpret/test_origin.py:{found.line}"


def test_a_callers_method_is_not_taken_for_a_part_of_it():
    inner, outer = Caller()(1)
    assert inner.function == "Watched.look"
    assert outer.function == "Caller.forward"
    assert outer.code == "if x:\n    return self.inner(x), origin(self)"


def test_the_code_begins_behind_the_docstring_and_ends_with_the_line():
    class Long(Watched):
        def look(self, y):
            """Not shown."""
            first = 1
            found = (
                lookup(self),
                first,
            )
            after = 2
            return found[0], after

    found, _ = Long()(1)
    assert found.code == "first = 1\nfound = (\n    lookup(self),\n    first,\n)"


def test_without_a_running_method_there_is_no_origin():
    with pytest.raises(RuntimeError, match="no method of this Linear is running"):
        origin(nn.Linear(1, 1))
