"""One page in a headless Chromium, with a watch: how soon it is painted, what a hover costs."""

import json
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from statistics import median
from typing import Any

from lmlab.viz.bench.pages import Page

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
ARGUMENTS = (  # without its sandbox, for it starts as root in a container; and no calls home
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)
SCREEN = {"width": 1200, "height": 1000}
HOVERS = 6  # places that the pointer goes to
SECONDS = 120  # a page that is not painted by then is given up

# The scripts that a page loads from elsewhere, by file name, and where npm puts them.
SCRIPTS = {
    "require.min.js": "requirejs/require.js",
    "d3.min.js": "d3/dist/d3.min.js",
    "jquery.min.js": "jquery/dist/jquery.min.js",
}

Place = list[int | float]  # x and y, in CSS pixels


@dataclass(frozen=True)
class Measure:
    """What one opening of a page showed; None where there is nothing to measure.

    Times are milliseconds. `paint` runs from the start of the navigation until the view is there,
    the page idle and one more frame on the screen: it holds the browser's own start of a page
    (a process for it, the file, the parser; an empty page pays this too), scripts, layout and
    drawing, and the two frames that are waited for. The browser itself runs already.
    `work` is the processor time that the page's main thread spends on a move of the pointer, less
    what it spends at rest; `frame` the time from the move to the next frame on the screen.
    """

    requests: int
    paint: float | None = None
    nodes: int | None = None
    head_work: float | None = None
    head_frame: float | None = None
    token_work: float | None = None
    token_frame: float | None = None


@contextmanager
def chromium() -> Iterator[Any]:
    """A headless Chromium of this machine, driven by Playwright; FileNotFoundError without."""
    path = next(filter(None, map(shutil.which, NAMES)), None)
    try:
        from playwright.sync_api import sync_playwright
    except ModuleNotFoundError:
        sync_playwright = None
    if path is None or sync_playwright is None:
        raise FileNotFoundError(
            "This measures in a real browser and needs Chromium (Debian: apt-get install "
            "chromium) and Playwright (pip install playwright)."
        )
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield browser
        browser.close()


def measure(browser: Any, page: Page, scripts: Path | None = None) -> Measure:
    """Open the page once, offline, and measure it.

    What it asks the network for is taken from `scripts`, a folder `node_modules`, or refused; a
    page that is refused something is not painted.
    """
    context = browser.new_context(viewport=SCREEN)
    try:
        return _measure(context, page, scripts)
    finally:
        context.close()


def _measure(context: Any, page: Page, scripts: Path | None) -> Measure:
    context.add_init_script(path=files(__package__).joinpath("meter.js"))
    context.add_init_script(f"meter.watch({json.dumps(page.handles.ready)}, {1000 * SECONDS})")
    asked: list[bool] = []
    context.route(re.compile("^https?:"), lambda route: asked.append(_serve(route, scripts)))
    tab = context.new_page()
    tab.goto(page.path.as_uri())
    if not all(asked):
        return Measure(len(asked))
    paint = _painted(context.new_cdp_session(tab))
    if paint is None:
        return Measure(len(asked))
    nodes = tab.evaluate("meter.nodes()")
    heads = _hover(tab, page.handles.heads)
    for place in _places(tab, page.handles.opens, 1):
        tab.mouse.click(*place)
    return Measure(len(asked), float(paint), nodes, *heads, *_hover(tab, page.handles.tokens))


def _painted(session: Any) -> float | None:
    """What the page's own watch says, which needs no script of Playwright's while it draws."""
    asked = {"expression": "meter.painted", "awaitPromise": True}
    value = session.send("Runtime.evaluate", asked)["result"]["value"]
    return None if value is None else float(value)


def _serve(route: Any, scripts: Path | None) -> bool:
    """Answer with a file of `scripts`, or refuse."""
    name = SCRIPTS.get(route.request.url.rsplit("/", 1)[-1])
    found = scripts is not None and name is not None and (scripts / name).is_file()
    if found:
        route.fulfill(path=scripts / name)
    else:
        route.abort()
    return found


def _hover(tab: Any, selector: str | None) -> tuple[float | None, float | None]:
    """Median work and time to the next frame, over some places of what is selected."""
    places = _places(tab, selector, HOVERS)
    if not places:
        return None, None
    session = tab.context.new_cdp_session(tab)
    session.send("Performance.enable")
    at_rest = [_work(tab, session) for _ in places]
    moved = [_work(tab, session, place) for place in places]
    frames = tab.evaluate("meter.hovers.splice(0)")
    return max(0.0, median(moved) - median(at_rest)), float(median(frames))


def _work(tab: Any, session: Any, place: Place | None = None) -> float:
    """Milliseconds of work until the page is at rest again, after a move of the pointer or none."""
    tab.evaluate("meter.settle()")
    before = _busy(session)
    if place:
        tab.mouse.move(*place)
    tab.evaluate("meter.settle()")
    return 1000 * (_busy(session) - before)


def _places(tab: Any, selector: str | None, most: int) -> list[Place]:
    """Where what is selected stands on the screen."""
    ask = "([selector, most]) => meter.places(selector, most)"
    return tab.evaluate(ask, [selector, most]) if selector else []


def _busy(session: Any) -> float:
    """Seconds of processor time that the page's main thread has used so far."""
    metrics = session.send("Performance.getMetrics")["metrics"]
    return next(metric["value"] for metric in metrics if metric["name"] == "ThreadTime")
