"""How every shipped model of a task is made: trained into a folder, with a record of the run."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from types import MappingProxyType
from typing import Any

import torch

from lmlab.models import Pretrained
from lmlab.sources.atomic import write_file
from lmlab.text.tokenizer import Tokenizer
from lmlab.training import LabelledTexts, Pairs, TrainingConfig, TrainingResult, train
from lmlab.training.loop import Callback

RECORD = "training.json"
"""The file in a model's folder from which its card is written."""


def teach(
    model: Pretrained,
    lessons: Pairs | LabelledTexts,
    config: TrainingConfig,
    out: str | Path,
    tokenizer: Tokenizer,
    *,
    validation: Pairs | LabelledTexts,
    resume: bool = True,
    callbacks: Sequence[Callback] = (),
    progress: bool = True,
    told: Mapping[str, Any] = MappingProxyType({}),
) -> TrainingResult:
    """Train the model; `out` becomes its folder, in float16, with a record of the run.

    A run that was interrupted leaves its checkpoints there, and `resume` goes on from them. `told`
    opens the record.
    """
    result = train(
        model,
        lessons,
        config,
        validation=validation,
        out=out,
        resume=resume,
        tokenizer=tokenizer,
        callbacks=callbacks,
        progress=progress,
    )
    if result.reason == "finished":
        model.save_pretrained(out, tokenizer, torch.float16)
        record = {**told, "training": asdict(config), **result.facts()}
        write_file(Path(out) / RECORD, json.dumps(record, indent=1) + "\n")
    return result


def encode_pairs(pairs: Sequence[tuple[str, str]], tokenizer: Tokenizer) -> Pairs:
    """Texts and what is to be written of them as ids, for `train`.

    Targets begin and end with the mark that ends a text, <|endoftext|>.
    """
    sources, targets = (
        [tokenizer.encode(text) for text in side] for side in zip(*pairs, strict=True)
    )
    return Pairs.of(sources, targets, begin_id=tokenizer.eos_id, end_id=tokenizer.eos_id)
