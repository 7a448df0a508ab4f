"""Translation: sentences of the town into Chinese and back, real ones into Spanish. Chapter 6.1."""

from lmlab.tasks.teaching import encode_pairs
from lmlab.tasks.translation.alignment import alignment_error_rate, attention_links, scene_links
from lmlab.tasks.translation.card import score_translator, write_card
from lmlab.tasks.translation.dictionary import Dictionary, learn_dictionary
from lmlab.tasks.translation.overlap import ngram_f_score
from lmlab.tasks.translation.recipe import (
    RECIPES,
    learn_vocabulary,
    train_translator,
)
from lmlab.tasks.translation.sentences import (
    TATOEBA,
    TRANSLATION,
    TRANSLATION_BACK,
    copy,
    tatoeba_pairs,
    town_pairs,
    town_pairs_back,
)

__all__ = [
    "Dictionary",
    "RECIPES",
    "TATOEBA",
    "TRANSLATION",
    "TRANSLATION_BACK",
    "alignment_error_rate",
    "attention_links",
    "copy",
    "encode_pairs",
    "learn_dictionary",
    "learn_vocabulary",
    "ngram_f_score",
    "scene_links",
    "score_translator",
    "tatoeba_pairs",
    "town_pairs",
    "town_pairs_back",
    "train_translator",
    "write_card",
]
