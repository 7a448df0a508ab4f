"""Semantic analysis: who does what to whom, and what is alike in meaning. See chapter 6.4."""

from lmlab.tasks.semantic_analysis.baselines import by_order, commonest_role
from lmlab.tasks.semantic_analysis.bio import bio_spans, bio_tags
from lmlab.tasks.semantic_analysis.labelling import (
    TAGS,
    Labelling,
    by_labelling,
    label_roles,
    role_rows,
)
from lmlab.tasks.semantic_analysis.pairs import (
    MEANING,
    best_threshold,
    by_roles,
    by_similarity,
    contradict,
    meaning_pairs,
)
from lmlab.tasks.semantic_analysis.recipe import new_labeller, train_labeller
from lmlab.tasks.semantic_analysis.search import (
    SEARCH,
    by_searching,
    recall_at,
    reference_passages,
    search_examples,
)
from lmlab.tasks.semantic_analysis.sentences import (
    ROLES,
    SEMANTIC_ROLES,
    Part,
    analysed,
    town_sentences,
)
from lmlab.tasks.semantic_analysis.words import nearest, tf_idf, word_vectors

__all__ = [
    "MEANING",
    "ROLES",
    "SEARCH",
    "SEMANTIC_ROLES",
    "TAGS",
    "Labelling",
    "Part",
    "analysed",
    "best_threshold",
    "bio_spans",
    "bio_tags",
    "by_labelling",
    "by_order",
    "by_roles",
    "by_searching",
    "by_similarity",
    "commonest_role",
    "contradict",
    "label_roles",
    "meaning_pairs",
    "nearest",
    "new_labeller",
    "recall_at",
    "reference_passages",
    "role_rows",
    "search_examples",
    "tf_idf",
    "town_sentences",
    "train_labeller",
    "word_vectors",
]
