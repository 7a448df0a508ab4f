"""Scores of a translator beside its baselines, and the card that tells them.

`write_card` made the README.md of each translator that is shipped. Used in chapter 6.1.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from lmlab.pretrained import load, locate
from lmlab.sources.atomic import write_file
from lmlab.tasks.adapters import by_writing
from lmlab.tasks.evaluation import Report, evaluate
from lmlab.tasks.teaching import RECORD
from lmlab.tasks.translation.recipe import RECIPES
from lmlab.tasks.translation.sentences import copy

EXAMPLES = 10


def score_translator(name: str | Path, n: int = 500, *, progress: bool = True) -> list[Report]:
    """Greedy, with four beams, a dictionary and the copy, each on n sentences of each split."""
    model, tokenizer = load(name)
    recipe = RECIPES[_record(name)["recipe"]]
    most = model.config.context_length
    translators = {
        "greedy": by_writing(model, tokenizer, max_new_tokens=most),
        "beam search": by_writing(
            model, tokenizer, max_new_tokens=most, num_beams=4, length_penalty=0.6
        ),
        "dictionary": recipe.dictionary().translate,
        "copy": copy,
    }
    return [
        evaluate(recipe.task, translate, split, n, name=kind, progress=progress)
        for split in recipe.splits
        for kind, translate in translators.items()
    ]


def write_card(name: str | Path, n: int = 500, *, progress: bool = True) -> Path:
    """Score a translator, put the scores into its training.json, and write its README.md."""
    reports = score_translator(name, n, progress=progress)
    record = _record(name)
    record["scores"] = [
        {
            "split": report.split,
            "model": report.model,
            "sentences": len(report.outcomes),
            **{key: [each.value, each.low, each.high] for key, each in report.scores.items()},
        }
        for report in reports
    ]
    record["signatures"] = {key: each.signature for key, each in reports[0].metrics.items()}
    folder = locate(name)
    write_file(folder / RECORD, json.dumps(record, indent=1) + "\n")
    return write_file(folder / "README.md", _card(folder.name, record, reports[0]))


def _record(name: str | Path) -> dict[str, Any]:
    return json.loads((locate(name) / RECORD).read_text(encoding="utf-8"))


def _card(name: str, record: Mapping[str, Any], report: Report) -> str:
    model, training, last = record["model"], record["training"], record["history"][-1]
    rows = {
        "Model": f"encoder and decoder of {model['n_layers']} layers each, d_model "
        f"{model['d_model']}, {model['n_heads']} heads, {model['vocab_size']} tokens",
        "Text": f"{record['pairs']:,} pairs: {RECIPES[record['recipe']].source}; "
        f"{record['tokens']:,} tokens read",
        "Licence": f"MIT for the weights, {RECIPES[record['recipe']].text_licence} for the text",
        "Training": f"{training['steps']:,} steps of {training['batch_size']} pairs, "
        f"{training['optimizer']}, seed {training['seed']}",
        "Time": f"{record['seconds'] / 60:.0f} minutes on {record['threads']} processor "
        f"thread{'s'[: record['threads'] > 1]}, PyTorch {record['torch']}",
        "Validation": f"{last['validation_loss']:.3f} nats per token",
    }
    table = "\n".join(f"| **{key}** | {value} |" for key, value in rows.items())
    signatures = ", ".join(f"{kind} `{each}`" for kind, each in record["signatures"].items())
    examples = "\n".join(
        f"| {each.input} | {each.wanted} | {each.got} |" for each in report.outcomes[:EXAMPLES]
    )
    return f"""---
license: mit
tags: [lmlab, {name}, translation]
---

# {name}

An EncoderDecoder of {record["parameters"]:,} parameters for {report.task}. Made by

    lmlab.tasks.translation.train_translator("{record["recipe"]}", "{name}")

| | |
|:--|:--|
{table}

The weights are stored in float16, and scored as they are stored.

## Scores, with 95 % intervals

{_scores(record["scores"])}

Signatures: {signatures}.

The dictionary goes word by word; it was learned by counting in at most 25,000 of the same pairs.
This page is made by `lmlab.tasks.translation.write_card("{name}")`.

## The first {EXAMPLES} sentences of {report.split}, by {report.model}

| sentence | reference | translation |
|:--|:--|:--|
{examples}
"""


def _scores(scores: list[dict[str, Any]]) -> str:
    metrics = [key for key, value in scores[0].items() if isinstance(value, list)]
    lines = [f"| split | sentences | translator | {' | '.join(metrics)} |", "|:--|--:|:--|--:|--:|"]
    for row in scores:
        cells = ["{:.1f} ({:.1f} to {:.1f})".format(*row[metric]) for metric in metrics]
        lines.append(
            f"| {row['split']} | {row['sentences']} | {row['model']} | {' | '.join(cells)} |"
        )
    return "\n".join(lines)
