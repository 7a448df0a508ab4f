"""The pages' result, line by line."""

import pytest

from lmlab.bench import explorer


def test_the_paint_is_told_beyond_that_of_an_empty_page():
    row = {"view": explorer.VIEW, "bytes": 490_000, "nodes": 308, "paint": 250.0, "token_work": 9.0}
    rows = [
        {"view": "an empty page", "shows": "–", "paint": 90.0},
        {**row, "shows": "12 × 12 × 64"},
        {**row, "shows": "12 × 12 × 128", "bytes": 970_000},
    ]
    figures = {each.what: each for each in explorer.figures({"rows": rows})}
    painted = figures["explorer, 12 × 12 × 64: painted, after an empty page"]
    assert painted.value == pytest.approx(0.16) and painted.met is False
    assert figures["explorer, 12 × 12 × 64: page"].met is True
    assert figures["explorer, 12 × 12 × 128: page"].met is None


def test_a_page_that_was_not_drawn_has_no_line():
    empty = {"view": "an empty page", "shows": "–", "paint": 90.0}
    rows = [{"view": explorer.VIEW, "shows": f"12 × 12 × {n}", "paint": None} for n in (64, 128)]
    assert not list(explorer.figures({"rows": [empty, *rows]}))
