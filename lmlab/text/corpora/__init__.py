"""Corpora by name: `load("town")`, `available()`, `fetch("wikitext-2")`; or by your text's path."""

from lmlab.text.corpora.corpus import Corpus, CorpusInfo, Labelled, Pair, Question
from lmlab.text.corpora.loading import available, fetch, load

__all__ = ["Corpus", "CorpusInfo", "Labelled", "Pair", "Question", "available", "fetch", "load"]
