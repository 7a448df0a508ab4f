"""The x-ray: every tensor between a text and its logits, one of them large, the rest in a table."""

from collections.abc import Sequence
from functools import cached_property
from html import escape
from typing import Any

import torch

from lmlab.interpret.residual import residual_stream
from lmlab.interpret.xray import Step, XRay
from lmlab.viz.explorer.view import View
from lmlab.viz.tokens import show, show_all
from lmlab.viz.xrays.sheets import Sheet, pack, sheets

_COLUMNS = ("tensor", "formula", "shape", "mean", "std", "min", "max", "made at")


def xray(rays: XRay, start: str = "embedded", *, live: bool = False) -> "XRayView":
    """Show an x-ray: the tensor called `start` large, all others in a table, in their order.

    `rays` is what `lmlab.interpret.xray(model, tokenizer, text)` found. Step through the tensors
    with the slider or its arrow keys, or click one in the table; the pointer, or arrow keys on the
    picture, read single numbers. `live`, in a notebook with a running kernel, lets `view.selected`
    follow. Raises ValueError when there is no step called `start`, or when the text is too long for
    one view. Built in chapter 3.1.
    """
    if start not in rays.steps:
        raise ValueError(f"start={start!r} is none of the steps: {', '.join(rays)}.")
    return XRayView(rays, start, live)


class XRayView(View):
    """An x-ray that shows itself: live where scripts run, else as a picture and a table.

    `selected["step"]` is the name of the tensor in view.
    """

    scripts = ("core", "signs", "xray")

    def __init__(self, rays: XRay, start: str, live: bool = False):
        self.rays, self.start = rays, start
        values = [step.value.float().cpu().numpy() for step in rays.values()]
        self.sheets = dict(zip(rays, sheets(values), strict=True))
        self.tokens = show_all(rays.tokens)
        title = f"{len(rays)} tensors from “{' '.join(self.tokens)}” to its logits"
        super().__init__(title, {"step": start}, self._data(), live)

    def _data(self) -> dict[str, Any]:
        origins = list(dict.fromkeys(step.origin for step in self.rays.values()))
        steps = []
        for name, step in self.rays.items():
            place = origins.index(step.origin)
            steps.append(_step(step, self.sheets[name]) | {"origin": place})
        return {
            "tokens": self.tokens,
            "steps": steps,
            "origins": [
                {"place": str(origin), "method": origin.function, "code": origin.code}
                for origin in origins
            ],
            "residual": _residual(self.rays),
            "next": _likeliest(self.rays),
            "levels": pack(list(self.sheets.values())),
        }

    @cached_property
    def png(self) -> bytes:
        """A still picture: the first tensor large, all as thumbnails."""
        from lmlab.viz.xrays.still import still

        return still(self.sheets, self.start, self.tokens, self.rays[self.start].formula)

    @cached_property
    def html(self) -> str:
        """The view as HTML; where no script runs, the tables stand below the picture."""
        picture, end, script = super().html.partition("</figure>\n")
        return picture + end + _table(self.rays) + _next(self.rays) + script

    @property
    def alt(self) -> str:
        """What the picture shows, in two sentences."""
        step = self.rays[self.start]
        token, _, probability = self.rays.likeliest(1)[0]
        return (
            f"{self.title}. Shown large: {self.start} = {step.formula}, {step.shape}. "
            f"The likeliest at the end is {show(token)} with {probability:.0%}."
        )

    def narrowing(self, share: float) -> str:
        """A shorter text."""
        return f"Give a text of {max(1, int(len(self.tokens) * share))} tokens."

    def __repr__(self) -> str:
        best = (f"{show(token)} {p:.2f}" for token, _, p in self.rays.likeliest())
        return f"{self.title}\n{self.rays!r}\nlikeliest at the end: {', '.join(best)}"


def _step(step: Step, sheet: Sheet) -> dict:
    """One step as the script needs it."""
    panels, _, columns = sheet.levels.shape
    across = {"attn.scores": "key", "attn.weights": "key", "logits": "token id"}
    return {
        "name": step.name,
        "formula": step.formula,
        "across": across.get(step.kind, "channel"),
        "panels": panels,
        "columns": columns,
        "width": sheet.columns,
        "signed": sheet.signed,
        "scale": float(f"{sheet.scale:.6g}"),
        **dict(zip(("shape", "mean", "std", "low", "high"), _measures(step), strict=True)),
        "parameters": f"{step.parameters:,}",
        "flops": f"{step.flops:,}",
    }


def _measures(step: Step) -> tuple[str, ...]:
    return (step.shape, *(_short(number, 3) for number in step.spread))


def _residual(rays: XRay) -> dict | None:
    """How large each contribution is at each token, and the sum after it; None where none is."""
    try:
        written = rays.contributions()
    except ValueError:  # a post-norm model keeps no running sum
        return None
    if not written:
        return None
    first, *updates = written.values()
    stream = residual_stream(first, torch.stack(updates))
    last = [step for step in rays.values() if step.kind == "resid"][-1]
    gap = (stream[-1] - last.value).abs().max().item()
    return {
        "parts": list(written),
        "adds": _sizes(torch.stack((first, *updates))),
        "sums": _sizes(stream),
        "check": f"the sum of all is {last.name}; largest difference: {gap:.2g}",
    }


def _sizes(vectors: torch.Tensor) -> list[list[str]]:
    """The root mean square of each vector, in print."""
    rms = vectors.square().mean(dim=-1).sqrt()
    return [[_short(number, 2) for number in row] for row in rms.tolist()]


def _short(number: float, digits: int) -> str:
    return f"{number:.{digits}g}" if abs(number) < 10**digits else f"{number:,.0f}"


def _table(rays: XRay) -> str:
    """All steps, one to a row."""
    head = _row("th", _COLUMNS)
    body = "".join(
        _row("td", (step.name, step.formula, *_measures(step), _place(step)))
        for step in rays.values()
    )
    return f'<div class="table"><table><thead>{head}</thead><tbody>{body}</tbody></table></div>\n'


def _place(step: Step) -> str:
    return str(step.origin).removeprefix("lmlab/")


def _next(rays: XRay) -> str:
    """The likeliest tokens at the last position: from logits to probabilities."""
    head = _row("th", ("likeliest next", "logit", "probability"))
    body = "".join(_row("td", cells) for cells in _likeliest(rays))
    return f'<div class="next"><table>{head}{body}</table></div>\n'


def _likeliest(rays: XRay) -> list[tuple[str, str, str]]:
    """Token, logit and probability of the likeliest tokens at the end, in print."""
    return [
        (show(token), f"{logit:.2f}", f"{probability:.3f}")
        for token, logit, probability in rays.likeliest()
    ]


def _row(tag: str, cells: Sequence[str]) -> str:
    return "<tr>" + "".join(f"<{tag}>{escape(cell)}</{tag}>" for cell in cells) + "</tr>"
