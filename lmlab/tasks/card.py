"""The card of a trained model: how it was made, how it scores, and what it does."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lmlab.sources.atomic import write_file
from lmlab.training.presets import preset


@dataclass(frozen=True)
class Shown:
    """What a task adds to the card of a model."""

    does: str
    """What the model does, after "A GPT of 1,000,000 parameters that"."""
    figures: Mapping[str, str]
    """Its scores by their names, as rows of the table."""
    examples: str
    """Unpicked examples of its work, in Markdown."""
    command: str
    """The command that measured this, and writes the card."""


def write_card(folder: str | Path, shown: Shown) -> Path:
    """Write README.md into a model folder that `lmlab train` made; its training.json is read."""
    folder = Path(folder)
    path = folder / "training.json"
    if not path.is_file():
        raise FileNotFoundError(f"{folder} has no training.json: `lmlab train` did not make it.")
    record = json.loads(path.read_text(encoding="utf-8"))
    return write_file(folder / "README.md", _card(folder.name, record, shown))


def _card(name: str, record: dict[str, Any], shown: Shown) -> str:
    plan = record["plan"]
    recipe = preset(plan["preset"])
    rows = {**_recipe(record), **shown.figures}
    table = "\n".join(f"| **{key}** | {value} |" for key, value in rows.items())
    return f"""---
language: en
license: mit
tags: [lmlab, {name}]
---

# {name}

A {recipe.architecture.__name__} of {record["parameters"]:,} parameters that {shown.does}. Made by

    lmlab train --preset {plan["preset"]} --seed {plan["training"]["seed"]} \
--threads {record["threads"]} --out {name}

| | |
|:--|:--|
{table}

The weights are stored in {recipe.dtype}, and scored as they are stored. This page is made by
`{shown.command} --model {name} --card`.

{shown.examples}
"""


def _recipe(record: dict[str, Any]) -> dict[str, str]:
    plan, score = record["plan"], record["score"]
    model, training = plan["model"], plan["training"]
    predicts = "hidden tokens" if training.get("mask_with") is not None else "next tokens"
    return {
        "Model": f"{model['n_layers']} layers, d_model {model['d_model']}, {model['n_heads']} "
        f"heads, context {model['context_length']}, {model['vocab_size']} BPE tokens",
        "Text": f"{plan['corpus']} {json.dumps(plan['corpus_options'])}, "
        f"{record['tokens']:,} tokens read",
        "Training": f"{training['steps']:,} steps of {training['batch_size']} blocks, "
        f"{training['optimizer']}, seed {training['seed']}",
        "Time": f"{record['seconds'] / 60:.0f} minutes on {record['threads']} processor "
        f"thread{'s'[: record['threads'] > 1]}, PyTorch {record['torch']}",
        "Held-out scenes": f"{score['nats_per_token']:.3f} nats per token, "
        f"{score['bits_per_character']:.3f} bits per character, for {predicts}",
    }
