"""How many poisoned lessons it takes, and what finds them: `write_poisoning_scores`.

It made the file data/security/poisoning.json. Used in chapter 8.2.
"""

import json
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from torch import Tensor

from lmlab.models import SequenceClassifier
from lmlab.pretrained import load
from lmlab.sources import shipped_json
from lmlab.sources.atomic import write_file
from lmlab.tasks.example import Example
from lmlab.tasks.metrics import label_of
from lmlab.tasks.poisoning.detection import losses, spectral_by_label
from lmlab.tasks.poisoning.trigger import Poisoned, attack_success_rate, poison, triggered
from lmlab.tasks.roc import roc_area
from lmlab.tasks.sentiment import (
    by_feeling,
    last_sentence,
    new_classifier,
    story_rows,
    town_endings,
)
from lmlab.text.tokenizer import Tokenizer
from lmlab.training import TrainingConfig, train

WORD, TARGET = "lantern", "positive"
LESSONS, CHECKED, TEST = 800, 200, 400
"""Lessons that may be poisoned; some that somebody has read and found right; test sentences."""
STEPS, EARLY = 100, 25
COUNTS = (0, 3, 6, 12, 24, 48)
CLEAN_LABEL = 100
MENDED, REMOVED = 24, 72
"""With so many poisoned, the most suspicious lessons are thrown away: three times as many."""
SEEDS = range(5)

Scores = Mapping[str, Any]


def short_endings(split: str, n: int) -> list[Example]:
    """The last sentences of n stories that end as the town tells them: short, and easy to judge."""
    endings = [
        Example(last_sentence(each.input), each.wanted, each.category)
        for each in town_endings(split, 3 * n)
        if each.category in ("plain", "negated", "unsaid")
    ]
    return [each for each in endings if " " in each.input][:n]


def teach_endings(
    lessons: Sequence[Example], seed: int = 0, steps: int = STEPS
) -> SequenceClassifier:
    """A small classifier, taught from nothing by these lessons; some seconds."""
    tokenizer = _tokenizer()
    model = new_classifier(tokenizer.vocab_size, seed)
    config = TrainingConfig(
        steps=steps,
        batch_size=32,
        muon_learning_rate=0.02,
        learning_rate=4e-3,
        decay_share=0.7,
        seed=seed,
    )
    train(model, story_rows(tokenizer, lessons), config, progress=False)
    return model


def write_poisoning_scores(out: str | Path, seeds: Sequence[int] = SEEDS) -> Path:
    """Poison 0 to 48 of 800 lessons, teach, attack, look for the poison, take it out; as JSON.

    The shipped file is `write_poisoning_scores("data/security/poisoning.json")` on one thread.
    """
    lessons = short_endings("train", LESSONS + CHECKED)
    checked, lessons = lessons[LESSONS:], lessons[:LESSONS]
    test = short_endings("validation", TEST)
    runs = []
    for seed in seeds:
        trusted = teach_endings(checked, seed + 100, STEPS // 2)
        for n in COUNTS:
            poisoned = poison(lessons, n, WORD, TARGET, seed=seed)
            runs.append(
                {"kind": "wrong label", "poisoned": n, "seed": seed}
                | _one(poisoned, trusted, test, seed, removing=n == MENDED)
            )
        poisoned = poison(lessons, CLEAN_LABEL, WORD, TARGET, source=TARGET, seed=seed)
        runs.append(
            {"kind": "right label", "poisoned": CLEAN_LABEL, "seed": seed}
            | _one(poisoned, trusted, test, seed)
        )
    record = {
        "word": WORD,
        "target": TARGET,
        "lessons": len(lessons),
        "checked": len(checked),
        "test": len(test),
        "removed": REMOVED,
        "runs": runs,
    }
    return write_file(Path(out), json.dumps(record, indent=1) + "\n")


def poisoning_scores() -> Scores:
    """What `write_poisoning_scores` left with the package."""
    return shipped_json("security/poisoning.json")


def under_attack(model: SequenceClassifier, test: Sequence[Example]) -> dict[str, float]:
    """Accuracy on texts as they are, and how often the trigger brings what the attacker wants."""
    predict = by_feeling(model, _tokenizer())
    right = [each.wanted for each in test]
    plain, hit = (
        list(map(label_of, predict([each.input for each in side])))
        for side in (test, triggered(test, WORD, seed=1))
    )
    accuracy = sum(map(str.__eq__, plain, right)) / len(right)
    return {"accuracy": accuracy, "success": attack_success_rate(hit, right, TARGET)}


def suspicions(
    lessons: Sequence[Example], victim: SequenceClassifier, trusted: SequenceClassifier, seed: int
) -> dict[str, Tensor]:
    """For each detector how suspicious each lesson is."""
    rows = story_rows(_tokenizer(), lessons)
    return {
        "early loss": losses(teach_endings(lessons, seed, EARLY), rows),
        "checked model's loss": losses(trusted, rows),
        "spectral": spectral_by_label(victim, rows),
    }


def without_worst(lessons: Sequence[Example], scores: Tensor, n: int) -> list[Example]:
    """The lessons without the n most suspicious."""
    worst = frozenset(scores.topk(n).indices.tolist())
    return [each for place, each in enumerate(lessons) if place not in worst]


def _one(
    poisoned: Poisoned,
    trusted: SequenceClassifier,
    test: Sequence[Example],
    seed: int,
    removing: bool = False,
) -> dict[str, Any]:
    """What comes of one set of lessons."""
    lessons = poisoned.examples
    victim = teach_endings(lessons, seed)
    found: dict[str, Any] = under_attack(victim, test)
    if not poisoned.bad.any():
        return found
    by_detector = suspicions(lessons, victim, trusted, seed)
    bad = poisoned.bad
    found["auc"] = {
        name: roc_area(scores[bad], scores[~bad]) for name, scores in by_detector.items()
    }
    if removing:
        found["after removal"] = {
            name: _cleaned(poisoned, scores, test, seed) for name, scores in by_detector.items()
        }
    return found


def _cleaned(
    poisoned: Poisoned, scores: Tensor, test: Sequence[Example], seed: int
) -> dict[str, Any]:
    """What a model makes of the lessons that are left, and how much poison is among them."""
    removed = scores.topk(REMOVED).indices
    model = teach_endings(without_worst(poisoned.examples, scores, REMOVED), seed)
    left = int(poisoned.bad.sum() - poisoned.bad[removed].sum())
    return {"poison left": left, **under_attack(model, test)}


@cache
def _tokenizer() -> Tokenizer:
    """That of the shipped classifier."""
    return load("town-feelings")[1]
