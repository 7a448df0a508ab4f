"""A budget is kept, broken or absent, and a line says which."""

import pytest

from lmlab.bench.figure import Figure


@pytest.mark.parametrize(
    ("value", "limits", "met"),
    [
        (1.5, {"at_least": 1.5}, True),
        (1.49, {"at_least": 1.5}, False),
        (0.15, {"at_most": 0.15}, True),
        (0.16, {"at_most": 0.15}, False),
        (7.0, {}, None),
    ],
)
def test_a_budget_is_met_up_to_its_limit(value, limits, met):
    figure = Figure("import", value, "s", **limits)
    assert figure.met is met and figure.to_dict()["met"] is met


def test_a_line_has_three_digits_the_unit_and_the_budget():
    fast = Figure("generation", 12345.678, "tokens/s", at_least=100)
    assert fast.cells() == ("generation", "12,346 tokens/s", "≥ 100 tokens/s", "yes")
    slow = Figure("import", 0.20444, "s", at_most=0.15)
    assert slow.cells() == ("import", "0.204 s", "≤ 0.15 s", "no")
    assert str(slow) == "import: 0.204 s (budget ≤ 0.15 s)"
    assert str(Figure("share", 0.5, "")) == "share: 0.5"
