"""The pages' result, line by line."""

import pytest

from lmlab.bench import explorer


def test_the_paint_is_told_beyond_that_of_an_empty_page():
    row = {"view": explorer.VIEW, "bytes": 490_000, "nodes": 308, "paint_above": 160.0}
    row |= {"head_work": 20.0, "token_work": None}
    rows = [
        {**row, "shows": "12 × 12 × 64"},
        {**row, "shows": "12 × 12 × 128", "bytes": 970_000},
    ]
    figures = {each.what: each for each in explorer.figures({"rows": rows})}
    painted = figures["explorer, 12 × 12 × 64: painted, after an empty page"]
    assert painted.value == pytest.approx(0.16) and painted.met is False
    assert figures["explorer, 12 × 12 × 64: page"].met is True
    assert figures["explorer, 12 × 12 × 128: page"].met is None
    assert figures["explorer, 12 × 12 × 64: hover over a head"].met is False
    assert not any("token" in what for what in figures)  # it could not be measured


def test_a_page_that_was_not_drawn_has_its_size_and_the_reason(monkeypatch):
    rows = [
        {"view": explorer.VIEW, "shows": f"12 × 12 × {n}", "bytes": 490_000, "paint_above": None}
        for n in (64, 128)
    ]
    result = {"rows": rows, "notes": ["not drawn within 120 s"]}
    monkeypatch.setattr(explorer, "bench_viz", lambda repeats: result)
    *pages, why = explorer.measure()
    assert [each.what.split(": ")[1] for each in pages] == ["page", "page"]
    assert why == "not drawn within 120 s"
