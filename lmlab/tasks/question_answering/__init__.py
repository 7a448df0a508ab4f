"""Question answering: the words of a passage that answer a question, or none. See chapter 6.2."""

from lmlab.tasks.question_answering.baselines import last_mentioned, most_overlap
from lmlab.tasks.question_answering.no_answer import best_threshold
from lmlab.tasks.question_answering.reading import Reading, ask, by_reading, read, span_rows
from lmlab.tasks.question_answering.recipe import new_reader, train_reader
from lmlab.tasks.question_answering.spans import best_span, passage_mask, token_offsets, token_span
from lmlab.tasks.question_answering.stories import QUESTION_ANSWERING, town_questions

__all__ = [
    "QUESTION_ANSWERING",
    "Reading",
    "ask",
    "best_span",
    "best_threshold",
    "by_reading",
    "last_mentioned",
    "most_overlap",
    "new_reader",
    "passage_mask",
    "read",
    "span_rows",
    "token_offsets",
    "token_span",
    "town_questions",
    "train_reader",
]
