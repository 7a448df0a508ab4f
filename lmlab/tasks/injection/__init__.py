"""Text that was sent to be read, and tells a model what to do. See chapter 8.2."""

from lmlab.tasks.injection.distractors import distracted, distractor
from lmlab.tasks.injection.prompts import ATTACKS, DEFENCES, attacked, strip_marks, succeeded
from lmlab.tasks.injection.recipe import (
    answers,
    injection_scores,
    interval,
    parts_of,
    stories,
    write_injection_scores,
)

__all__ = [
    "ATTACKS",
    "DEFENCES",
    "answers",
    "attacked",
    "distracted",
    "distractor",
    "injection_scores",
    "interval",
    "parts_of",
    "stories",
    "strip_marks",
    "succeeded",
    "write_injection_scores",
]
