"""One of several processes that train a tiny model in many ways; torchrun starts it.

    torchrun --nproc-per-node=2 worker.py FOLDER WAY …     a way is such as "fsdp-adamw"

Leaves FOLDER/WAY/: the model, history.json, and the checkpoints of the run.
"""

import json
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch

from lmlab.models import BERT, GPT, TransformerConfig
from lmlab.training import TrainingConfig, Validation, train
from lmlab.training.distributed import ALONE, World, join

STEPS, HALF = 21, 11
TOKENS = np.random.default_rng(0).integers(10, size=600).astype(np.uint16)
SHAPE = TransformerConfig(vocab_size=10, context_length=8, d_model=8, n_layers=2, n_heads=2)
COMMON = TrainingConfig(
    steps=STEPS, batch_size=4, warmup_steps=2, evaluate_every=7, checkpoint_every=HALF,
    clip_norm=0.5,
)  # fmt: skip
WAYS = {
    "adamw": (GPT, COMMON.replace(optimizer="adamw", accumulation=2)),
    "muon": (GPT, COMMON),
    "masked": (BERT, COMMON.replace(optimizer="adamw", mask_with=9, begin_with=3)),
}


def run(way: str, world: World = ALONE, out: Path | None = None):
    """Train the model of a way ("adamw") from the same beginning, or go on in `out`."""
    kind, settings = WAYS[way]
    torch.manual_seed(0)
    resume, held_out = out is not None, Validation(TOKENS[:150])
    return train(
        kind(SHAPE), TOKENS, settings, validation=held_out, out=out, resume=resume, progress=False,
        world=world,
    )  # fmt: skip


def main(folder: Path, ways: list[str]) -> None:
    """Train in all ways, and let the first process write what came of it."""
    torch.set_num_threads(1)
    with join("ddp", folder) as world:
        for full in ways:
            parallel, way = full.split("-")
            result = run(way, replace(world, parallel=parallel), folder / full)
            if world.speaks:
                result.model.save_pretrained(folder / full)
                (folder / full / "history.json").write_text(json.dumps(result.history))


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
