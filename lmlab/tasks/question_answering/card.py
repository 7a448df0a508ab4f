"""The card of a reader: how it was made, how it scores, and what it answers."""

import json
from collections.abc import Sequence
from pathlib import Path

from lmlab.pretrained import load
from lmlab.sources.atomic import write_file
from lmlab.tasks.evaluation import Outcome, Report, evaluate
from lmlab.tasks.question_answering.baselines import last_mentioned, most_overlap
from lmlab.tasks.question_answering.reading import by_reading
from lmlab.tasks.question_answering.stories import QUESTION_ANSWERING
from lmlab.tasks.task import SPLITS
from lmlab.tasks.teaching import RECORD

SHOWN = 6


def write_reader_card(folder: str | Path, n: int = 500) -> Path:
    """Score the reader in a folder of `train_reader`, and write README.md into it.

    n questions of each split, on as many stories, are asked of it and of the baselines.
    """
    folder = Path(folder)
    record = json.loads((folder / RECORD).read_text(encoding="utf-8"))
    reader = by_reading(*load(folder))
    reports = [
        [evaluate(QUESTION_ANSWERING, model, split, n, name=name) for split in SPLITS]
        for name, model in (
            ("**this reader**", reader),
            ("most overlap", most_overlap),
            ("last mentioned", last_mentioned),
        )
    ]
    return write_file(folder / "README.md", _card(folder.name, record, reports))


def _card(name: str, record: dict, reports: Sequence[Sequence[Report]]) -> str:
    training = record["training"]
    examples = "\n".join(map(_line, reports[0][0].outcomes[:SHOWN]))
    return f"""---
language: en
license: mit
tags: [lmlab, {name}]
---

# {name}

A SpanReader of {record["parameters"]:,} parameters that finds the answer to a question in a story
of `town`, or says that there is none. It begins with the body of town-bert. Made by

    from lmlab.tasks.question_answering import train_reader
    train_reader("{name}", seed={training["seed"]})

in {training["steps"]:,} steps of {training["batch_size"]} questions, {record["tokens"]:,} tokens
with padding left out, {training["optimizer"]}; {record["seconds"] / 60:.0f} minutes on \
{record["threads"]} thread of a busy machine, PyTorch {record["torch"]}. {record.get("remark", "")}

F1 and exact match as SQuAD has them, with 95 % intervals, on {len(reports[0][0].outcomes)} \
questions each, one a story:

| | F1, held-out | EM, held-out | F1, composed | EM, composed |
|:--|:--|:--|:--|:--|
{chr(10).join(map(_row, reports))}

Held-out scenes stand in no training story; in composed ones people do what they never do in one.
The weights are stored in float16, and scored as they are stored. This page is made by
`lmlab.tasks.question_answering.card.write_reader_card("{name}")`.

## The first {SHOWN} questions

{examples}
"""


def _row(reports: Sequence[Report]) -> str:
    scores = " | ".join(str(report[metric]) for report in reports for metric in ("F1", "EM"))
    return f"| {reports[0].model} | {scores} |"


def _line(outcome: Outcome) -> str:
    passage, question = outcome.input
    said = " → wanted {}, got {}".format(
        *(answer or "no answer" for answer in (outcome.wanted[0], outcome.got))
    )
    return f"> {passage}\n>\n> *{question}*{said}\n"
