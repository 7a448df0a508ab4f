"""What models are for, each with a measure: so far, telling stories of the town."""

from lmlab.tasks.card import write_card
from lmlab.tasks.recall import CHANCE, gradient_by_distance, measure_recall, recall_batch
from lmlab.tasks.storytelling import Sense, judge, tell_stories

__all__ = [
    "CHANCE",
    "Sense",
    "gradient_by_distance",
    "judge",
    "measure_recall",
    "recall_batch",
    "tell_stories",
    "write_card",
]
