"""`town`: a small bilingual world whose stories can be checked for sense."""

from __future__ import annotations

from lmlab.text.town.check import Violation, check
from lmlab.text.town.questions import Question
from lmlab.text.town.roles import Role
from lmlab.text.town.scenes import SPLITS, scene_count
from lmlab.text.town.story import Story, generate, stories
from lmlab.text.town.summaries import check_summary

__all__ = [
    "Question",
    "Role",
    "SPLITS",
    "Story",
    "Violation",
    "check",
    "check_summary",
    "generate",
    "scene_count",
    "stories",
]
