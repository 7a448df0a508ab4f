"""Views as pages to be measured: ours and, where they are installed, those of other libraries."""

import json
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from jaxtyping import Float

from lmlab import viz

LAYERS, HEADS = 12, 12
HOW_TO_INSTALL = (
    "For bertviz and circuitsvis make an environment of their own: python -m venv rivals && "
    "rivals/bin/pip install bertviz circuitsvis ipython, then --python rivals/bin/python."
)


class Handles(NamedTuple):
    """Where a view is taken hold of, as CSS selectors; shadow roots are looked into."""

    ready: str
    """Stands on the page once the view is drawn."""
    heads: str | None = None
    """What the pointer passes over for the heads."""
    tokens: str | None = None
    """What the pointer passes over for the tokens."""
    opens: str | None = None
    """What must be clicked before there are tokens."""
    layers: int = LAYERS
    """How many layers the view shows."""


_OURS = Handles("[data-painted]", heads="[role=gridcell]", tokens="[role=option]")

HANDLES = {
    "an empty page": Handles("body"),
    "lmlab model_view": _OURS,
    "lmlab head_view": _OURS,
    "bertviz model_view": Handles(
        "#vis line", tokens="text.token[style*=end]", opens="rect:not([class])"
    ),
    "bertviz head_view": Handles("#vis line", tokens="#left text"),
    "circuitsvis attention_heads": Handles("canvas", heads="div:has(> h4)", layers=1),
}

OURS: dict[str, Callable[..., Any]] = {"model_view": viz.model_view, "head_view": viz.head_view}


@dataclass(frozen=True)
class Page:
    """A view in a file of its own, and what its library needs in a notebook's cell."""

    view: str
    version: str
    n_tokens: int
    path: Path
    bytes: int

    @property
    def handles(self) -> Handles:
        """Where to take hold of it."""
        return HANDLES[self.view]

    @property
    def shows(self) -> str:
        """Layers × heads × tokens."""
        return f"{self.handles.layers} × {HEADS} × {self.n_tokens}" if self.n_tokens else "–"


def causal_attention(n_tokens: int) -> Float[np.ndarray, "layers heads query key"]:
    """Random causal attention of 12 × 12 heads, the same for the same length."""
    shape = (LAYERS, HEADS, n_tokens, n_tokens)
    scores = 2 * np.random.default_rng(0).normal(size=shape)
    weights = np.exp(scores) * np.tri(n_tokens)
    return (weights / weights.sum(axis=-1, keepdims=True)).astype(np.float32)


def empty_page(folder: Path) -> Page:
    """Nothing at all: what a browser needs for any page."""
    return _write("an empty page", "", 0, folder, "")


def our_pages(n_tokens: int, folder: Path) -> list[Page]:
    """Our views of that attention."""
    weights, tokens = causal_attention(n_tokens), _names(n_tokens)
    return [
        _write(f"lmlab {name}", version("lmlab"), n_tokens, folder, make(weights, tokens).html)
        for name, make in OURS.items()
    ]


def other_pages(n_tokens: int, folder: Path, python: Path) -> tuple[list[Page], list[str]]:
    """The same attention by bertviz and circuitsvis, as `python` has them; then what went wrong.

    They run in a process of that Python, so that their dependencies never meet ours.
    """
    np.save(folder / "attention.npy", causal_attention(n_tokens))
    (folder / "tokens.json").write_text(json.dumps(_names(n_tokens)), encoding="utf-8")
    script = files(__package__).joinpath("rivals.py")
    run = subprocess.run([python, "-I", script, folder], capture_output=True, text=True)
    if run.returncode:
        last = (run.stderr.strip() or "it said nothing").splitlines()[-1]
        raise ValueError(f"{python} cannot draw the views of others: {last}. {HOW_TO_INSTALL}")
    pages, problems = [], []
    for made in json.loads(run.stdout.splitlines()[-1]):
        if "problem" in made:
            problems.append(f"{made['view']}: {made['problem']}")
        else:
            html = (folder / made["file"]).read_text(encoding="utf-8")
            pages.append(_write(made["view"], made["version"], n_tokens, folder, html))
    return pages, problems


def _names(n_tokens: int) -> list[str]:
    return [f"t{i}" for i in range(n_tokens)]


def _write(view: str, version: str, n_tokens: int, folder: Path, html: str) -> Page:
    path = folder / f"{view.replace(' ', '_')}_{n_tokens}.html"
    body = f"<!doctype html><meta charset=utf-8><title>{view}</title><body>{html}"
    path.write_text(body, encoding="utf-8")
    return Page(view, version, n_tokens, path, len(html.encode()))
