"""Sentiment: how somebody feels in a text, and how sure a model is of it. See chapter 6.5."""

from lmlab.tasks.sentiment.layer_vectors import layer_vectors
from lmlab.tasks.sentiment.lexicon import by_lexicon, lexicon_score, majority
from lmlab.tasks.sentiment.recipe import (
    by_feeling,
    new_classifier,
    story_ids,
    story_rows,
    train_classifier,
)
from lmlab.tasks.sentiment.reviews import REVIEWS, review_scores, write_review_scores
from lmlab.tasks.sentiment.stories import LABELS, SENTIMENT, last_sentence, town_endings
from lmlab.tasks.sentiment.weighed_words import learn_tfidf

__all__ = [
    "LABELS",
    "REVIEWS",
    "SENTIMENT",
    "by_feeling",
    "by_lexicon",
    "last_sentence",
    "layer_vectors",
    "learn_tfidf",
    "lexicon_score",
    "majority",
    "new_classifier",
    "review_scores",
    "story_ids",
    "story_rows",
    "town_endings",
    "train_classifier",
    "write_review_scores",
]
