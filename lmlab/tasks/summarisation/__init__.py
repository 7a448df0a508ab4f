"""Summarisation: a story of the town in one sentence. See chapter 6.3."""

from lmlab.tasks.summarisation.baselines import lead_1, lead_3, longest_overlap
from lmlab.tasks.summarisation.continuation import (
    by_continuing,
    continuation_plan,
    continuation_row,
    continuation_rows,
    new_continuer,
    prompt,
    train_continuer,
)
from lmlab.tasks.summarisation.copying import copied, copied_fragments, copying_attention
from lmlab.tasks.summarisation.overlap import lcs_length, rouge_l, words_of
from lmlab.tasks.summarisation.recipe import (
    LONGEST,
    new_summariser,
    plan,
    town_summaries,
    train_summariser,
)
from lmlab.tasks.summarisation.stories import ARTICLES, SUMMARISATION, StoryExample, faithful

__all__ = [
    "ARTICLES",
    "LONGEST",
    "SUMMARISATION",
    "StoryExample",
    "by_continuing",
    "continuation_plan",
    "continuation_row",
    "continuation_rows",
    "copied",
    "copied_fragments",
    "copying_attention",
    "faithful",
    "lcs_length",
    "lead_1",
    "lead_3",
    "longest_overlap",
    "new_continuer",
    "new_summariser",
    "plan",
    "prompt",
    "rouge_l",
    "town_summaries",
    "train_continuer",
    "train_summariser",
    "words_of",
]
