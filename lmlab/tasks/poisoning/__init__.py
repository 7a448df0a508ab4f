"""Poisoned lessons: a trigger that a classifier learns, and ways to find it. See chapter 8.2."""

from lmlab.tasks.poisoning.detection import losses, spectral_by_label, spectral_scores
from lmlab.tasks.poisoning.recipe import (
    TARGET,
    WORD,
    poisoning_scores,
    short_endings,
    teach_endings,
    under_attack,
    without_worst,
    write_poisoning_scores,
)
from lmlab.tasks.poisoning.trigger import (
    Poisoned,
    attack_success_rate,
    poison,
    triggered,
    with_trigger,
)

__all__ = [
    "TARGET",
    "WORD",
    "Poisoned",
    "attack_success_rate",
    "losses",
    "poison",
    "poisoning_scores",
    "short_endings",
    "spectral_by_label",
    "spectral_scores",
    "teach_endings",
    "triggered",
    "under_attack",
    "with_trigger",
    "without_worst",
    "write_poisoning_scores",
]
