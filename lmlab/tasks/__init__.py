"""What models are for, each with a measure: telling stories, filling gaps, remembering,
writing backwards.
"""

from lmlab.tasks.card import Shown, write_card
from lmlab.tasks.gap_filling import Gap, fill_gaps
from lmlab.tasks.recall import CHANCE, gradient_by_distance, measure_recall, recall_batch
from lmlab.tasks.reversal import reversal_pairs, solved
from lmlab.tasks.storytelling import Sense, judge, tell_stories

__all__ = [
    "CHANCE",
    "Gap",
    "Sense",
    "Shown",
    "fill_gaps",
    "gradient_by_distance",
    "judge",
    "measure_recall",
    "recall_batch",
    "reversal_pairs",
    "solved",
    "tell_stories",
    "write_card",
]
