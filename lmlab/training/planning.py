"""From the time that someone has to a number of steps."""

import math
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from lmlab.settings import Settings
from lmlab.training.config import TrainingConfig
from lmlab.training.distributed import ALONE, World, state
from lmlab.training.evaluation import evaluate
from lmlab.training.machine import best_device
from lmlab.training.presets import Preset
from lmlab.training.texts import EncodedCorpus
from lmlab.training.trainer import Trainer

GLANCE = 2**14
"""Validation tokens for the looks in between; the final score takes the whole split."""

LOOKS = 10
"""Evaluations and checkpoints of a run that is planned by time, unless they took too long."""


def plan_for(
    seconds: float, model: Settings, recipe: Preset, text: EncodedCorpus, world: World = ALONE
) -> TrainingConfig:
    """The recipe with as many steps as fit into `seconds` on this machine as it is now.

    Some steps, an evaluation and a checkpoint are timed on a model that is thrown away; the plan
    counts all three in, at the pace of the slowest process of `world`. What is done with the plan
    then depends on no clock any more.
    """
    fresh = recipe.architecture(model).to(best_device())
    trainer = Trainer(fresh, text.train, recipe.training_config(10**6), world)
    trainer.advance()  # the first step loads what later ones have ready
    steps: list[float] = []
    while len(steps) < 3 or (sum(steps) < 0.03 * seconds and len(steps) < 50):
        steps.append(world.longest(_timed(trainer.advance)))
    look = _timed(lambda: evaluate(trainer.model, text.validation.first(GLANCE), world))
    look = world.longest(look + _timed(lambda: _save(trainer, text)))
    looks = max(1, min(LOOKS, int(0.3 * seconds / look)))
    n_steps = max(1, int((seconds - looks * look) / statistics.mean(steps)))
    every = math.ceil(n_steps / looks)
    return recipe.training_config(n_steps, evaluate_every=every, checkpoint_every=every)


def _timed(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def _save(trainer: Trainer, text: EncodedCorpus) -> None:
    with tempfile.TemporaryDirectory() as folder:
        parts = (trainer.model, trainer.tensors(), trainer.state(), text.tokenizer)
        state.save(trainer.world, Path(folder), 1, *parts)
