import shutil

import pytest

from lmlab.viz.bench import chromium as bench
from lmlab.viz.bench.pages import HANDLES, Handles, Page

HEADS = "<i>a</i> <i>b</i>"


@pytest.fixture
def measured(chromium, monkeypatch, tmp_path):
    """Measure a page with this body."""
    monkeypatch.setitem(HANDLES, "test", Handles("p", heads="i", tokens="u", opens="b"))

    def once(body, scripts=None):
        path = tmp_path / "page.html"
        path.write_text(f"<!doctype html><body>{body}", encoding="utf-8")
        return bench.measure(chromium, Page("test", "1", 4, path, 0), scripts)

    return once


@pytest.mark.browser
def test_elements_are_counted_in_shadow_roots_too(measured):
    inside = "<template shadowrootmode=open><u>x</u></template>"
    assert measured(f"<p>{HEADS}</p><b>{inside}</b>").nodes == 8  # html, head, body and five


@pytest.mark.browser
def test_a_hover_is_charged_with_all_the_work_that_it_causes(measured):
    busy = "for (let i = 0; i < 1e8; i++) globalThis.sum = Math.sqrt(i);"  # a tenth of a second
    later = f"onpointermove = () => setTimeout(() => {{ {busy} }}, 0)"
    seen = measured(f"<p>{HEADS}</p><script>{later}</script>")
    assert seen.head_work >= 10
    assert seen.paint > 0 and seen.token_work is None


@pytest.mark.browser
def test_tokens_may_be_opened_by_a_click(measured):
    busy = "onmousemove = () => { for (const t = performance.now(); performance.now() - t < 4;); }"
    opens = "<b onclick='this.innerHTML = `<u>x</u>`'>open</b>"
    seen = measured(f"<p>x</p>{opens}<script>{busy}</script>")
    assert seen.token_work > 0 and seen.head_work is None


@pytest.mark.browser
def test_the_network_is_refused_or_stood_in_for(measured, tmp_path):
    body = "<script src='https://example.invalid/x/d3.min.js'></script><p>x</p>"
    refused = measured(body)
    assert refused.requests == 1 and refused.paint is None
    place = tmp_path / "d3/dist/d3.min.js"
    place.parent.mkdir(parents=True)
    place.write_text("globalThis.d3 = 1")
    assert measured(body, tmp_path).paint > 0


@pytest.mark.browser
def test_a_page_that_never_paints_is_given_up(measured, monkeypatch):
    monkeypatch.setattr(bench, "SECONDS", 0.2)
    assert measured("no paragraph").paint is None


def test_without_a_browser_the_way_to_one_is_told(monkeypatch):
    monkeypatch.setattr(shutil, "which", lambda name: None)
    with pytest.raises(FileNotFoundError, match="apt-get install chromium"), bench.chromium():
        pass
