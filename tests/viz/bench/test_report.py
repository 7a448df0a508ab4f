import json
from contextlib import contextmanager
from types import SimpleNamespace

import pytest

from lmlab.viz.bench import pages, report
from lmlab.viz.bench.chromium import Measure
from lmlab.viz.bench.report import bench_viz, table


@pytest.fixture
def browser(monkeypatch):
    """A stand-in for the browser: what it opened, and what each opening shows."""
    opened = []

    @contextmanager
    def chromium():
        yield SimpleNamespace(version="1.2")

    def measure(browser, page, scripts):
        opened.append(page.view)
        paint = None if "head" in page.view else 100.0 * len(opened)
        return Measure(requests=0, paint=paint, nodes=2000, head_work=4.25, head_frame=12.0)

    monkeypatch.setattr(report, "chromium", chromium)
    monkeypatch.setattr(report, "measure", measure)
    monkeypatch.setattr(pages, "HEADS", 2)
    return opened


def test_pages_are_opened_by_turns_and_the_median_is_told(browser):
    result = bench_viz(repeats=3, tokens=[4])
    often = ["an empty page", "lmlab model_view"]
    assert browser == [*often, "lmlab head_view", *often, *often]
    _, model, head = json.loads(json.dumps(result))["rows"]
    assert model["paint"] == 500 and head["paint"] is None
    assert model["bytes"] > 10_000


def test_what_an_empty_page_takes_is_told_apart(browser):
    empty, model, head = bench_viz(repeats=3, tokens=[4])["rows"]
    assert empty["paint_above"] == 0 and head["paint_above"] is None
    assert model["paint_above"] == model["paint"] - empty["paint"] == 100


def test_the_table_is_markdown_and_says_what_it_means(browser):
    said = table(bench_viz(repeats=1, tokens=[4]))
    rows = [line for line in said.splitlines() if line.startswith("|")]
    assert len(rows) == 5 and len({line.count("|") for line in rows}) == 1
    assert "| 200 ms" in rows[3] and "| 2,000" in rows[3] and "| 4.2 ms" in rows[3]
    assert "| –" in rows[4]
    assert "chromium 1.2" in said and "pip install bertviz circuitsvis" in said
    assert "lmlab head_view 12 × 2 × 4 was not painted within 120 s." in said


def test_at_least_one_opening(browser):
    with pytest.raises(ValueError, match="repeats=0 must be 1 or more"):
        bench_viz(repeats=0)
