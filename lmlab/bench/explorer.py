"""The figures of `lmlab bench viz`, each beside its budget."""

from collections.abc import Iterator, Mapping
from typing import Any

from lmlab.bench.figure import Figure
from lmlab.viz.bench.report import bench_viz

VIEW = "lmlab model_view"
PAINTED = {64: 0.150, 128: 0.300}
"""Seconds until 12 layers of 12 heads are painted, beyond what an empty page takes."""


def measure(repeats: int = 3) -> Iterator[Figure | str]:
    """Open our views in a browser; then what else is to be said, such as of a page not drawn.

    Raises FileNotFoundError, with what to install, where there is no browser.
    """
    result = bench_viz(repeats=repeats)
    yield from figures(result)
    yield from result["notes"]


def figures(result: Mapping[str, Any]) -> Iterator[Figure]:
    """What `bench_viz` found of the view of all heads."""
    rows = {(row["view"], row["shows"]): row for row in result["rows"]}
    for n_tokens, most in PAINTED.items():
        row = rows[VIEW, f"12 × 12 × {n_tokens}"]
        where = f"explorer, 12 × 12 × {n_tokens}"
        size_limit = 0.5 if n_tokens == 64 else None
        yield Figure(f"{where}: page", row["bytes"] / 1e6, "MB", at_most=size_limit)
        if row["paint_above"] is None:
            continue  # the browser did not draw it in time; a note says so
        yield Figure(f"{where}: elements", row["nodes"], "", at_most=2000)
        painted = row["paint_above"] / 1000
        yield Figure(f"{where}: painted, after an empty page", painted, "s", at_most=most)
        for what in ("head", "token"):
            if row[f"{what}_work"] is not None:
                hover = f"{where}: hover over a {what}"
                yield Figure(hover, row[f"{what}_work"], "ms", at_most=16.7)
