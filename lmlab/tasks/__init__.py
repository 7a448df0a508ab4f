"""What models are for, each with a measure: so far, telling stories of the town."""

from lmlab.tasks.card import write_card
from lmlab.tasks.storytelling import Sense, judge, tell_stories

__all__ = ["Sense", "judge", "tell_stories", "write_card"]
