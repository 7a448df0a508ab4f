"""The card of a story-telling model: how it was made, how it scores, and what it writes."""

import json
from pathlib import Path

from lmlab.sources.atomic import write_file
from lmlab.tasks.storytelling import Sense, Told
from lmlab.training.presets import preset

SAMPLES = 5


def write_card(folder: str | Path, told: list[Told], sense: Sense, temperature: float) -> Path:
    """Write README.md into a model folder that `lmlab train` made.

    The first five of `told` are shown, unpicked; the figures come from training.json and `sense`.
    """
    folder = Path(folder)
    path = folder / "training.json"
    if not path.is_file():
        raise FileNotFoundError(f"{folder} has no training.json: `lmlab train` did not make it.")
    record = json.loads(path.read_text(encoding="utf-8"))
    return write_file(folder / "README.md", _card(folder.name, record, told, sense, temperature))


def _card(name: str, record: dict, told: list[Told], sense: Sense, temperature: float) -> str:
    plan, score = record["plan"], record["score"]
    model, training = plan["model"], plan["training"]
    samples = "\n\n".join(f"> {story.text}" for story in told[:SAMPLES])
    return f"""---
language: en
license: mit
tags: [lmlab, {name}]
---

# {name}

A GPT of {record["parameters"]:,} parameters that tells stories of `town`. Made by

    lmlab train --preset {plan["preset"]} --seed {training["seed"]} --out {name}

| | |
|:--|:--|
| **Model** | {model["n_layers"]} layers, d_model {model["d_model"]}, {model["n_heads"]} heads, \
context {model["context_length"]}, {model["vocab_size"]} BPE tokens |
| **Text** | {plan["corpus"]} {json.dumps(plan["corpus_options"])}, \
{record["tokens"]:,} tokens read |
| **Training** | {training["steps"]:,} steps of {training["batch_size"]} blocks, \
{training["optimizer"]}, seed {training["seed"]} |
| **Time** | {record["seconds"] / 60:.0f} minutes on {record["threads"]} processor threads, \
PyTorch {record["torch"]} |
| **Held-out scenes** | {score["bits_per_character"]:.3f} bits per character, \
{score["nats_per_token"]:.3f} nats per token |
| **Sense** | {sense.sound:.1%} of {sense.stories:,} stories, sampled at temperature \
{temperature:g}, hold no contradiction (`lmlab.town.check`) |
| **Finished, copied** | {sense.finished:.1%} came to an end; {sense.copied:.1%} stand word \
for word in the training text |

The weights are stored in {preset(plan["preset"]).dtype}, and scored as they are stored. This
page is made by `lmlab bench stories --model {name} --card`.

## The first five stories

{samples}
"""
