"""`lmlab bench viz`: what attention views weigh, how soon they are painted, what a hover costs.

All pages are opened by turns, each several times, so that whatever else the machine does slows all
of them alike; medians are told.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import fields
from importlib.metadata import version
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

from tqdm.auto import tqdm

from lmlab.viz.bench.chromium import SCRIPTS, SECONDS, Measure, chromium, measure
from lmlab.viz.bench.pages import HOW_TO_INSTALL, Page, empty_page, other_pages, our_pages

TOKENS = (64, 128)
HOW_TO_PAINT = (
    "bertviz loads scripts from a CDN, which is not asked: npm install requirejs@2.3.6 "
    "jquery@2.1.0 d3@5.7.0, then --scripts node_modules."
)


def bench_viz(
    python: Path | None = None,
    scripts: Path | None = None,
    repeats: int = 5,
    tokens: Sequence[int] = TOKENS,
) -> dict[str, Any]:
    """Measure our views and, with the `python` that has them, those of bertviz and circuitsvis.

    `scripts` is a folder `node_modules` with what bertviz loads from a CDN. The result is plain
    JSON: `rows`, `notes`, `versions` and `repeats`. Needs Chromium and Playwright.
    """
    if repeats < 1:
        raise ValueError(f"repeats={repeats} must be 1 or more.")
    notes = [] if python else [HOW_TO_INSTALL]
    with TemporaryDirectory() as folder, chromium() as browser:
        pages = [empty_page(Path(folder))]
        for n_tokens in tokens:
            pages += our_pages(n_tokens, Path(folder))
            if python:
                others, problems = other_pages(n_tokens, Path(folder), python)
                pages, notes = pages + others, notes + problems
        rows = [_row(page, taken) for page, taken in _by_turns(browser, pages, scripts, repeats)]
        empty = rows[0]["paint"]
        for row in rows:
            known = None not in (empty, row["paint"])
            row["paint_above"] = row["paint"] - empty if known else None
        versions = {"chromium": browser.version, "playwright": version("playwright")}
    notes += [_unpainted(row, scripts) for row in rows if row["paint"] is None]
    return {
        "rows": rows,
        "notes": list(dict.fromkeys(notes)),
        "versions": versions | _script_versions(scripts),
        "repeats": repeats,
    }


def _by_turns(
    browser: Any, pages: list[Page], scripts: Path | None, repeats: int
) -> list[tuple[Page, list[Measure]]]:
    taken: dict[Page, list[Measure]] = {page: [] for page in pages}
    with tqdm(total=repeats * len(pages), desc="pages opened") as progress:
        for _ in range(repeats):
            for page, measures in taken.items():
                if not measures or measures[-1].paint is not None:  # what never paints is left
                    measures.append(measure(browser, page, scripts))
                progress.update()
    return list(taken.items())


def _row(page: Page, measures: list[Measure]) -> dict[str, Any]:
    """One page's medians."""
    row = {
        "view": page.view,
        "version": page.version,
        "shows": page.shows,
        "bytes": page.bytes,
    }
    for field in fields(Measure):
        values = [getattr(each, field.name) for each in measures]
        known = [value for value in values if value is not None]
        row[field.name] = median(known) if len(known) == len(values) else None
    return row


def _unpainted(row: Mapping[str, Any], scripts: Path | None) -> str:
    """Why a page has no times."""
    if row["requests"] and scripts is None:
        return HOW_TO_PAINT
    return f"{row['view']} {row['shows']} was not painted within {SECONDS} s."


def _script_versions(scripts: Path | None) -> dict[str, str]:
    if scripts is None:
        return {}
    names = dict.fromkeys(place.split("/")[0] for place in SCRIPTS.values())
    packages = {name: scripts / name / "package.json" for name in names}
    return {
        name: json.loads(path.read_text(encoding="utf-8"))["version"]
        for name, path in packages.items()
        if path.is_file()
    }


COLUMNS = {
    "view": "view",
    "shows": "layers × heads × tokens",
    "bytes": "size",
    "requests": "requests",
    "nodes": "elements",
    "paint": "painted",
    "paint_above": "above an empty page",
    "head_work": "hover: head",
    "token_work": "hover: token",
}


def table(result: Mapping[str, Any]) -> str:
    """The result for a reader: a table in Markdown, and what its columns mean."""
    rows = [[_cell(name, row[name]) for name in COLUMNS] for row in result["rows"]]
    lines = [list(COLUMNS.values()), ["---", *["---:"] * (len(COLUMNS) - 1)], *rows]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    told = ["| " + " | ".join(map(str.ljust, line, widths)) + " |" for line in lines]
    libraries = {row["view"].split()[0]: row["version"] for row in result["rows"] if row["version"]}
    numbers = {**libraries, **result["versions"]}.items()
    versions = ", ".join(f"{name} {number}" for name, number in numbers)
    about = (
        f"Medians of {result['repeats']} openings by turns in headless Chromium. Painted: from the "
        "start of the navigation until the view is drawn, the page idle and one more frame shown; "
        "an empty page takes its part of that too. Hover: processor time that the page's "
        f"main thread spends when the pointer moves to another head or token. {versions}."
    )
    return "\n".join([*told, "", about, *result["notes"]])


def _cell(name: str, value: Any) -> str:
    if value is None:
        return "–"
    if name == "bytes":
        return f"{value / 1e6:.2f} MB"
    if name in ("nodes", "requests"):
        return f"{value:,.0f}"
    if name in ("paint", "paint_above", "head_work", "token_work"):
        return f"{value / 1000:.1f} s" if value >= 10_000 else f"{value:,.{int(value < 10)}f} ms"
    return f"{value}"
