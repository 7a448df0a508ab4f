"""The card of a classifier: how it was made, how it scores beside the baselines, what it says."""

import json
from collections.abc import Sequence
from pathlib import Path

from lmlab.pretrained import load
from lmlab.sources.atomic import write_file
from lmlab.tasks.evaluation import Outcome, Report, evaluate
from lmlab.tasks.sentiment.lexicon import by_lexicon, majority
from lmlab.tasks.sentiment.recipe import by_feeling
from lmlab.tasks.sentiment.stories import SENTIMENT, last_sentence, town_endings
from lmlab.tasks.sentiment.weighed_words import learn_tfidf
from lmlab.tasks.task import SPLITS
from lmlab.tasks.teaching import RECORD

SHOWN = 8
LESSONS = 4000
"""Stories that the baseline with TF-IDF learns from."""


def write_classifier_card(folder: str | Path, n: int = 500, lessons: int = LESSONS) -> Path:
    """Score the classifier in a folder of `train_classifier`, and write README.md into it.

    It and the baselines judge n stories of each split.
    """
    folder = Path(folder)
    record = json.loads((folder / RECORD).read_text(encoding="utf-8"))
    learned = town_endings("train", lessons)
    reports = [
        [evaluate(SENTIMENT, model, split, n, name=name, progress=False) for split in SPLITS]
        for name, model in {
            "**this classifier**": by_feeling(*load(folder)),
            "TF-IDF of the last sentence": learn_tfidf(learned, part=last_sentence),
            "TF-IDF": learn_tfidf(learned),
            "lexicon": by_lexicon,
            "majority": majority,
        }.items()
    ]
    return write_file(folder / "README.md", _card(folder.name, record, reports, lessons))


def _card(name: str, record: dict, reports: Sequence[Sequence[Report]], lessons: int) -> str:
    training = record["training"]
    examples = "\n".join(map(_line, reports[0][0].outcomes[:SHOWN]))
    kinds = list(reports[0][0].by_category)
    return f"""---
language: en
license: mit
tags: [lmlab, {name}]
---

# {name}

A SequenceClassifier of {record["parameters"]:,} parameters that tells how the main person of a
story of `town` feels in the end: negative, neutral or positive. Made from nothing by

    from lmlab.tasks.sentiment import train_classifier
    train_classifier("{name}", seed={training["seed"]})

in {training["steps"]:,} steps of {training["batch_size"]} stories, {record["tokens"]:,} tokens
with padding left out, {training["optimizer"]}; {record["seconds"] / 60:.0f} minutes on \
{record["threads"]} thread of a busy machine, PyTorch {record["torch"]}.

Accuracy and calibration error (ECE, lower is better), of 100, with 95 % intervals, on
{len(reports[0][0].outcomes)} stories each:

| | accuracy, held-out | ECE, held-out | accuracy, composed | ECE, composed |
|:--|:--|:--|:--|:--|
{chr(10).join(map(_row, reports))}

Accuracy on held-out stories by how the end is told:

| | {" | ".join(kinds)} |
|:--|{":--|" * len(kinds)}
{chr(10).join(_by_kind(each[0], kinds) for each in reports)}

**Of two people it knows the places, not the names.** The endings with two people are of a few fixed
frames, in which the main person has the same place each time. With the two names exchanged, the
classifier is nearly always wrong, and sure of it: chapter 6.5 measures it.

The two TF-IDF baselines are logistic regressions on words and pairs of words, taught by
{lessons:,} stories of the same kind. Held-out scenes stand in no training story; in composed ones
people do what they never do in one. The weights are stored in float16, and scored as they are
stored. This page is made by `lmlab.tasks.sentiment.card.write_classifier_card("{name}")`.

## The first {SHOWN} stories, their last sentences

{examples}
"""


def _row(reports: Sequence[Report]) -> str:
    scores = " | ".join(str(report[kind]) for report in reports for kind in ("accuracy", "ECE"))
    return f"| {reports[0].model} | {scores} |"


def _by_kind(report: Report, kinds: Sequence[str]) -> str:
    scores = " | ".join(f"{report.by_category[kind][1].value:.1f}" for kind in kinds)
    return f"| {report.model} | {scores} |"


def _line(outcome: Outcome) -> str:
    said = ", ".join(f"{label} {share:.2f}" for label, share in outcome.got.items())
    return f"> {last_sentence(outcome.input)} → wanted {outcome.wanted}, got {said}\n"
