"""The card of a summariser: how it was made, how it scores, and what it writes."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from lmlab.pretrained import load
from lmlab.sources.atomic import write_file
from lmlab.tasks.adapters import by_writing
from lmlab.tasks.evaluation import Outcome, Report, evaluate
from lmlab.tasks.summarisation.baselines import lead_1, lead_3, longest_overlap
from lmlab.tasks.summarisation.continuation import by_continuing
from lmlab.tasks.summarisation.recipe import LONGEST
from lmlab.tasks.summarisation.stories import SUMMARISATION
from lmlab.tasks.task import SPLITS, Predict
from lmlab.tasks.teaching import RECORD

SHOWN = 6


def score_summariser(
    folder: str | Path, continuer: str | Path | None = None, n: int = 300
) -> list[Report]:
    """A summariser and the baselines on n stories of each split; and, where there is one, a GPT.

    `continuer` is a folder of `train_continuer`.
    """
    models: dict[str, Predict] = {
        "encoder–decoder": by_writing(*load(folder), max_new_tokens=LONGEST)
    }
    if continuer is not None:
        models["GPT, by continuation"] = by_continuing(*load(continuer))
    models |= {"longest overlap": longest_overlap, "lead 1": lead_1, "lead 3": lead_3}
    return [
        evaluate(SUMMARISATION, model, split, n, name=name)
        for split in SPLITS
        for name, model in models.items()
    ]


def write_summariser_card(
    folder: str | Path, continuer: str | Path | None = None, n: int = 300
) -> Path:
    """Score a summariser, put the scores into its training.json, and write its README.md."""
    folder = Path(folder)
    reports = score_summariser(folder, continuer, n)
    record = json.loads((folder / RECORD).read_text(encoding="utf-8"))
    record["scores"] = [_scores(report) for report in reports]
    if continuer is not None:
        theirs = json.loads((Path(continuer) / RECORD).read_text(encoding="utf-8"))
        record["continuer"] = {key: theirs[key] for key in ("training", "parameters", "seconds")}
    write_file(folder / RECORD, json.dumps(record, indent=1) + "\n")
    return write_file(folder / "README.md", _card(folder.name, record, reports[0].outcomes))


def _scores(report: Report) -> dict[str, Any]:
    return {
        "split": report.split,
        "model": report.model,
        "stories": len(report.outcomes),
        **{name: [each.value, each.low, each.high] for name, each in report.scores.items()},
    }


def _card(name: str, record: Mapping[str, Any], outcomes: Sequence[Outcome]) -> str:
    training = record["training"]
    examples = "\n".join(map(_line, outcomes[:SHOWN]))
    return f"""---
language: en
license: mit
tags: [lmlab, {name}, summarization]
---

# {name}

An EncoderDecoder of {record["parameters"]:,} parameters that sums up a story of `town` in one
sentence. Made by

    from lmlab.tasks.summarisation import train_summariser
    train_summariser("{name}", seed={training["seed"]})

in {training["steps"]:,} steps of {training["batch_size"]} stories, {record["tokens"]:,} tokens
with padding left out, {training["optimizer"]}; {record["seconds"] / 60:.0f} minutes on \
{record["threads"]} thread of a busy machine, PyTorch {record["torch"]}.

ROUGE as rouge-score has it, and the share of faithful summaries (`lmlab.town.check_summary`), with
95 % intervals, on {record["scores"][0]["stories"]} stories of each split:

{_table(record["scores"])}
{_about_the_gpt(record)}
Held-out scenes stand in no training story; in composed ones people do what they never do in one.
The weights are stored in float16, and scored as they are stored. This page is made by
`lmlab.tasks.summarisation.card.write_summariser_card`.

## The first {SHOWN} stories

{examples}
"""


def _table(scores: Sequence[Mapping[str, Any]]) -> str:
    metrics = [key for key, value in scores[0].items() if isinstance(value, list)]
    lines = [f"| split | model | {' | '.join(metrics)} |", "|:--|:--" + "|--:" * len(metrics) + "|"]
    for row in scores:
        cells = ["{:.1f} ({:.1f} to {:.1f})".format(*row[metric]) for metric in metrics]
        lines.append(f"| {row['split']} | {row['model']} | {' | '.join(cells)} |")
    return "\n".join(lines)


def _about_the_gpt(record: Mapping[str, Any]) -> str:
    if "continuer" not in record:
        return ""
    gpt = record["continuer"]
    return f"""
The GPT, which is not shipped, is town-gpt with {gpt["training"]["steps"]:,} further steps of \
{gpt["training"]["batch_size"]} stories with
their summaries, {gpt["parameters"]:,} parameters, \
{gpt["seconds"] / 60:.0f} minutes (`train_continuer`).
"""


def _line(outcome: Outcome) -> str:
    return f"> {outcome.input}\n>\n> wanted: *{outcome.wanted}*\n>\n> got: *{outcome.got}*\n"
