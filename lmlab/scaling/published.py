"""Published training runs beside what a plan says of them: how good are the plans?

The facts stand in `published.toml` beside this file. Built in chapter 8.1.
"""

import math
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from lmlab.models.config import TransformerConfig
from lmlab.scaling.accounting import SECONDS_PER_DAY, count_parameters
from lmlab.scaling.landmarks import landmark_model
from lmlab.scaling.parallelism import Mix
from lmlab.scaling.plans import Plan, plan
from lmlab.scaling.search import fastest_plan

_TOKENS = 300e9


@dataclass(frozen=True, kw_only=True)
class PublishedRun:
    """A run as published, and the plan for the same model, tokens and devices."""

    name: str
    plan: Plan
    published: float
    """Days for all tokens."""
    source: str
    utilisation: float | None = None
    """The share of the peak that was published, recomputing not counted."""
    note: str = ""

    @property
    def predicted(self) -> float:
        """Days by the plan."""
        return self.plan.days

    @property
    def ratio(self) -> float:
        """Predicted over published: below 1, the run took longer than the plan says."""
        return self.predicted / self.published


@cache
def published_runs() -> tuple[PublishedRun, ...]:
    """Eight large runs, oldest first. Nothing in their plans was fitted to any of them.

    A plan knows no failures, restarts, warm-up of the batch or evaluation, so that runs told by
    the calendar should come out below 1; runs told by the speed of a step need not. Built in
    chapter 8.1.
    """
    return tuple(_run(**facts) for facts in _facts()["run"])


@cache
def benchmarks() -> tuple[PublishedRun, ...]:
    """Ten measured steps of Megatron-LM, from 1.7 billion to 1 trillion parameters.

    `lmlab.scaling.plans.EFFICIENCY` is what makes their `typical_ratio` 1. Built in chapter 8.1.
    """
    return tuple(_benchmark(**facts) for facts in _facts()["benchmark"])


def typical_ratio(runs: Iterable[PublishedRun]) -> float:
    """The geometric mean of the ratios: 2 and 1/2 together are 1."""
    logs = [math.log(run.ratio) for run in runs]
    return math.exp(sum(logs) / len(logs))


def table(runs: Iterable[PublishedRun]) -> str:
    """The runs for a reader: days and utilisation by the plan, as published, and their ratio."""
    lines = [f"{'':18}{'devices':20}{'days: plan':>11}{'published':>11}{'ratio':>7}   utilisation"]
    for run in runs:
        devices = f"{run.plan.mix.devices:,} × {run.plan.device.name}"
        said = "" if run.utilisation is None else f", published {run.utilisation:.0%}"
        lines.append(
            f"{run.name:18}{devices:20}{run.predicted:11.1f}{run.published:11.1f}{run.ratio:7.2f}"
            f"   {run.plan.utilisation:.0%}{said}"
        )
    return "\n".join(lines)


def _facts() -> dict[str, list[dict[str, Any]]]:
    text = resources.files("lmlab.scaling").joinpath("published.toml").read_text("utf-8")
    return tomllib.loads(text)


def _run(
    *,
    model: str,
    gpus: int,
    network: str,
    days: float,
    source: str,
    note: str,
    utilisation: float | None = None,
    config: dict[str, Any] | None = None,
    mix: dict[str, int] | None = None,
    **run,
) -> PublishedRun:
    landmark = landmark_model(model)
    shape = landmark.transformer_config() if config is None else TransformerConfig(**config)
    what = (shape, gpus, network, landmark.tokens)
    made = fastest_plan(*what, **run) if mix is None else plan(*what, mix=Mix(**mix), **run)
    return PublishedRun(
        name=model, plan=made, published=days, utilisation=utilisation, source=source, note=note
    )


def _benchmark(
    *, n_heads: int, d_model: int, n_layers: int, tensor: int, pipeline: int, gpus: int, batch: int,
    teraflops: int,
) -> PublishedRun:  # fmt: skip
    """Told as days for the tokens of GPT-3."""
    context, vocab_size = 2048, 51_200
    shape = TransformerConfig(
        vocab_size=vocab_size, context_length=context, d_model=d_model, n_layers=n_layers,
        n_heads=n_heads, norm="layernorm", positions="learned", activation="gelu", bias=True,
    )  # fmt: skip
    small = context / (6 * d_model) + vocab_size / (16 * n_layers * d_model)
    flops = 96 * batch * context * n_layers * d_model**2 * (1 + small)
    seconds = flops / (gpus * teraflops * 1e12)
    made = plan(
        shape, gpus, "InfiniBand HDR", _TOKENS, gpu="A100 80GB", batch=batch,
        mix=Mix(data=gpus // tensor // pipeline, tensor=tensor, pipeline=pipeline),
    )  # fmt: skip
    return PublishedRun(
        name=f"Megatron {sum(count_parameters(shape).values()) / 1e9:.1f}B",
        plan=made,
        published=_TOKENS / (batch * context) * seconds / SECONDS_PER_DAY,
        source="Narayanan et al. 2021, arXiv 2104.04473, table 1 and eq. 3",
    )
