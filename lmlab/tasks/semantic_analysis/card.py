"""The card of a labeller: how it was made, how it scores, and what it says."""

import json
from collections.abc import Sequence
from pathlib import Path

from lmlab.pretrained import load
from lmlab.sources.atomic import write_file
from lmlab.tasks.evaluation import Outcome, Report, evaluate
from lmlab.tasks.semantic_analysis.baselines import by_order, commonest_role
from lmlab.tasks.semantic_analysis.labelling import by_labelling
from lmlab.tasks.semantic_analysis.pairs import MEANING, by_roles, by_similarity, meaning_pairs
from lmlab.tasks.semantic_analysis.sentences import SEMANTIC_ROLES, town_sentences
from lmlab.tasks.semantic_analysis.words import word_vectors
from lmlab.tasks.task import SPLITS, Predict, Task
from lmlab.tasks.teaching import RECORD

SHOWN = 6
COUNTED = 500
"""Training stories whose words the baselines count."""
PAIRS = 200
"""Pairs of the validation split that choose the threshold of a cosine."""


def write_labeller_card(folder: str | Path, n: int = 500) -> Path:
    """Score the labeller in a folder of `train_labeller`, and write README.md into it.

    n sentences and n pairs of each split are read by it and by the baselines.
    """
    folder = Path(folder)
    record = json.loads((folder / RECORD).read_text(encoding="utf-8"))
    labeller, counted = load(folder), town_sentences("train", COUNTED)
    roles = _reports(
        SEMANTIC_ROLES,
        n,
        {
            "**this labeller**": by_labelling(*labeller),
            "by order": by_order,
            "commonest role": commonest_role(counted),
        },
    )
    texts = [each.sentence for each in counted]
    others = meaning_pairs("validation", PAIRS)
    bag, weighed = (word_vectors(texts, idf=idf) for idf in (False, True))
    meaning = _reports(
        MEANING,
        n,
        {
            "**its roles**": by_roles(*labeller),
            "bag of words": by_similarity(bag, others, "bag of words"),
            "TF-IDF": by_similarity(weighed, others, "TF-IDF"),
        },
    )
    return write_file(folder / "README.md", _card(folder.name, record, roles, meaning))


def _reports(task: Task, n: int, models: dict[str, Predict]) -> list[list[Report]]:
    return [
        [evaluate(task, model, split, n, name=name) for split in SPLITS]
        for name, model in models.items()
    ]


def _card(
    name: str,
    record: dict,
    roles: Sequence[Sequence[Report]],
    meaning: Sequence[Sequence[Report]],
) -> str:
    training = record["training"]
    n = len(roles[0][0].outcomes)
    return f"""---
language: en
license: mit
tags: [lmlab, {name}]
---

# {name}

A TokenTagger of {record["parameters"]:,} parameters that says who does what to whom in a sentence
of `town`. It begins from nothing, with the tokens of town-bert. Made by

    from lmlab.tasks.semantic_analysis import train_labeller
    train_labeller("{name}", seed={training["seed"]})

in {training["steps"]:,} steps of {training["batch_size"]} sentences, {record["tokens"]:,} tokens
with padding left out, {training["optimizer"]}; {record["seconds"] / 60:.0f} minutes on \
{record["threads"]} thread of a busy machine, PyTorch {record["torch"]}.

F1 of the parts (role, first and last character), and how many sentences are right throughout, with
95 % intervals, on {n} sentences each, one a story:

| | F1, held-out | whole, held-out | F1, composed | whole, composed |
|:--|:--|:--|:--|:--|
{_table(roles)}

Do two sentences tell the same, or contradict each other? Accuracy and macro F1 on \
{len(meaning[0][0].outcomes)} pairs each:

| | accuracy, held-out | macro F1, held-out | accuracy, composed | macro F1, composed |
|:--|:--|:--|:--|:--|
{_table(meaning)}

Held-out scenes stand in no training story; in composed ones people do what they never do in one.
Each kind of event is told in the same few ways in all of them: a labeller that is near 100 here
knows this town, not English. Chapter 6.4 measures what it makes of kinds that it never saw.
The weights are stored in float16, and scored as they are stored. This page is made by
`lmlab.tasks.semantic_analysis.card.write_labeller_card("{name}")`.

## The first {SHOWN} sentences

{chr(10).join(map(_line, roles[0][0].outcomes[:SHOWN]))}
"""


def _table(rows: Sequence[Sequence[Report]]) -> str:
    return "\n".join(map(_row, rows))


def _row(reports: Sequence[Report]) -> str:
    scores = " | ".join(str(score) for report in reports for score in report.scores.values())
    return f"| {reports[0].model} | {scores} |"


def _line(outcome: Outcome) -> str:
    parts = sorted(outcome.got, key=lambda part: part.start)
    return f"> {outcome.input}\n>\n> {', '.join(map(str, parts))}\n"
