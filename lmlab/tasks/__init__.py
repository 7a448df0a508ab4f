"""What models are for, each with a measure; and `evaluate`, one way to score them all."""

from lmlab.tasks.adapters import by_classifying, by_prompting, by_writing
from lmlab.tasks.bootstrap import Estimate
from lmlab.tasks.card import Shown, write_card
from lmlab.tasks.evaluation import Outcome, Report, beats, difference, evaluate
from lmlab.tasks.example import Example
from lmlab.tasks.gap_filling import Gap, fill_gaps
from lmlab.tasks.metrics import Metric
from lmlab.tasks.recall import CHANCE, gradient_by_distance, measure_recall, recall_batch
from lmlab.tasks.reversal import reversal_pairs, solved
from lmlab.tasks.storytelling import Sense, judge, tell_stories
from lmlab.tasks.task import SPLITS, Task, examples_of, one_by_one, town_stories
from lmlab.tasks.teaching import encode_pairs, teach

__all__ = [
    "CHANCE",
    "Estimate",
    "Example",
    "Gap",
    "Metric",
    "Outcome",
    "Report",
    "SPLITS",
    "Sense",
    "Shown",
    "Task",
    "beats",
    "by_classifying",
    "by_prompting",
    "by_writing",
    "difference",
    "encode_pairs",
    "evaluate",
    "examples_of",
    "fill_gaps",
    "gradient_by_distance",
    "judge",
    "measure_recall",
    "one_by_one",
    "recall_batch",
    "reversal_pairs",
    "solved",
    "teach",
    "tell_stories",
    "town_stories",
    "write_card",
]
