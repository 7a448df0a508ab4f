"""The search for the fastest plan: every way to deal a model out to so many devices.

Built in chapter 8.1.
"""

import math
from collections.abc import Iterator
from itertools import product

from lmlab.models.config import TransformerConfig
from lmlab.scaling.hardware import device
from lmlab.scaling.parallelism import Mix
from lmlab.scaling.plans import BATCH, GPU, Plan, plan


def fastest_plan(
    model: TransformerConfig,
    gpus: int,
    interconnect: str,
    tokens: int | float,
    *,
    checkpointing: bool | None = None,
    **run,
) -> Plan:
    """The plan of the shortest step among those that fit: every mix and micro-batch is tried.

    Tensor parallel devices stand in one node; stages are not interleaved. With checkpointing=None
    both ways are tried; `run` goes to `plan` (gpu, batch, context, price). Raises ValueError, with
    the plan that lacks least, when none fits. Built in chapter 8.1.
    """
    ways = (False, True) if checkpointing is None else (checkpointing,)
    batch = run.setdefault("batch", BATCH)
    made = [
        plan(
            model, gpus, interconnect, tokens,
            mix=mix, micro_batch=micro_batch, checkpointing=way, **run,
        )
        for mix in _mixes(model, gpus, run.get("gpu", GPU))
        for micro_batch, way in product((1, 2, 4, 8), ways)
        if mix.data * micro_batch <= batch
    ]  # fmt: skip
    if not made:
        raise ValueError(f"batch={batch} texts are too few for {gpus:,} devices in any mix.")
    fitting = [each for each in made if each.fits]
    if not fitting:
        least = min(made, key=lambda each: each.memory.total)
        raise ValueError(f"no plan fits; the one that needs least memory is\n{least}")
    return min(fitting, key=lambda each: (each.step_seconds, each.mix.zero))


def _mixes(model: TransformerConfig, gpus: int, gpu: str) -> Iterator[Mix]:
    """Every mix of so many devices."""
    for tensor in _divisors(math.gcd(gpus, model.n_heads)):
        if tensor > min(device(gpu).node, 64):
            continue
        for pipeline in _divisors(gpus // tensor):
            if pipeline > model.n_layers:
                continue
            data = gpus // tensor // pipeline
            for zero in range(4) if data > 1 else (0,):
                yield Mix(data=data, tensor=tensor, pipeline=pipeline, zero=zero)


def _divisors(number: int) -> list[int]:
    return [n for n in range(1, number + 1) if number % n == 0]
