"""The figures of `lmlab bench viz`, each beside its budget."""

from collections.abc import Iterator, Mapping
from typing import Any

from lmlab.bench.figure import Figure
from lmlab.viz.bench.report import bench_viz

VIEW = "lmlab model_view"
PAINTED = {64: 0.150, 128: 0.300}
"""Seconds until 12 layers of 12 heads are painted, beyond what an empty page takes."""


def measure(repeats: int = 3) -> Iterator[Figure]:
    """Open our views in a browser; FileNotFoundError, with what to install, where there is none."""
    yield from figures(bench_viz(repeats=repeats))


def figures(result: Mapping[str, Any]) -> Iterator[Figure]:
    """What `bench_viz` found of the view of all heads."""
    rows = {(row["view"], row["shows"]): row for row in result["rows"]}
    empty = next(row for (view, _), row in rows.items() if view == "an empty page")
    for n_tokens, most in PAINTED.items():
        row = rows[VIEW, f"12 × 12 × {n_tokens}"]
        if row["paint"] is None or empty["paint"] is None:
            continue  # the browser did not draw it in time
        where = f"explorer, 12 × 12 × {n_tokens}"
        size_limit = 0.5 if n_tokens == 64 else None
        yield Figure(f"{where}: page", row["bytes"] / 1e6, "MB", at_most=size_limit)
        yield Figure(f"{where}: elements", row["nodes"], "", at_most=2000)
        painted = (row["paint"] - empty["paint"]) / 1000
        yield Figure(f"{where}: painted, after an empty page", painted, "s", at_most=most)
        yield Figure(f"{where}: hover over a token", row["token_work"], "ms", at_most=16.7)
