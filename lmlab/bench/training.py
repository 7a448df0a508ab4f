"""The figures of `lmlab bench train`, each beside its budget."""

from collections.abc import Iterator, Mapping
from typing import Any

from lmlab.bench.figure import Figure
from lmlab.training.bench import bench_training

OURS, HUGGING_FACE, OTHER = "lmlab, GPT-2's parts", "Hugging Face GPT-2", "x-transformers"


def measure(seeds: int = 1) -> Iterator[Figure]:
    """Train by turns, and tell the speeds, the share of the matrix peak and of the plain time."""
    yield from figures(bench_training(seeds))


def figures(result: Mapping[str, Any]) -> Iterator[Figure]:
    """What `bench_training` found, line by line."""
    speed = {row["name"]: row["tokens_per_second"] for row in result["speeds"]}
    for name, tokens_per_second in speed.items():
        yield Figure(f"training: {name}", tokens_per_second, "tokens/s")
    for other, least in ((HUGGING_FACE, 1.4), (OTHER, 1.2)):
        if other in speed:
            ratio = speed[OURS] / speed[other]
            yield Figure(f"training: {OURS} / {other}", ratio, "×", at_least=least)
    flops = {row["name"]: row["flops_per_second"] for row in result["speeds"]}
    share = flops[OURS] / result["gemm_gflops"] / 1e9
    yield Figure("training: share of the matrix peak", share, "", at_least=0.5)
    if result["share"] is not None:
        what = f"time to the loss of {result['plain_steps']} plain steps: fast / plain"
        yield Figure(what, result["share"], "×", at_most=0.25)
