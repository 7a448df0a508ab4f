"""A page of a real browser for any view, from a file, without a network."""

import pytest

from lmlab.viz.explorer import bundle

PAINTED = "[data-painted]"


@pytest.fixture
def open_page(chromium, tmp_path):
    """Open HTML from a file, offline; at the end no request and no error may have been seen."""
    troubles, contexts = [], []

    def open_html(html, width=1000, **options):
        path = tmp_path / "view.html"
        path.write_text(bundle.page(html, "test"), encoding="utf-8")
        context = chromium.new_context(viewport={"width": width, "height": 900}, **options)
        context.set_offline(True)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: troubles.append(str(error)))
        page.on("console", lambda line: troubles.append(line.text))
        page.on(
            "request",
            lambda r: None if r.url.startswith(("file:", "data:")) else troubles.append(r.url),
        )
        page.goto(path.as_uri())
        page.wait_for_selector(PAINTED, state="attached")
        return page

    yield open_html
    for context in contexts:
        context.close()
    assert troubles == []


@pytest.fixture
def frames():
    """Let the browser draw `count` frames."""

    def draw(page, count=2):
        page.evaluate(
            "n => new Promise(done => { const next = () =>"
            " n-- > 0 ? requestAnimationFrame(next) : done(); next(); })",
            count,
        )

    return draw


@pytest.fixture
def colours():
    """How many colours a canvas holds: at most one, and nothing was drawn."""

    def count(canvas):
        return canvas.evaluate(
            "c => new Set(new Uint32Array(c.getContext('2d')"
            ".getImageData(0, 0, c.width, c.height).data.buffer)).size"
        )

    return count
