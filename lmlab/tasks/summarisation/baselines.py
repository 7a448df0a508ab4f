"""Summaries without any learning: the bars that a model has to clear. Used in chapter 6.3."""

from collections.abc import Sequence
from itertools import combinations

from lmlab.tasks.summarisation.overlap import rouge_l
from lmlab.text.town.reader import sentences


def lead_1(texts: Sequence[str]) -> list[str]:
    """The first sentence of each text."""
    return [_lead(text, 1) for text in texts]


def lead_3(texts: Sequence[str]) -> list[str]:
    """The first three sentences: hard to beat where journalists put the news first."""
    return [_lead(text, 3) for text in texts]


def longest_overlap(texts: Sequence[str]) -> list[str]:
    """The sentence that has most in common with the others: the highest sum of ROUGE-L."""
    return [_central(sentences(text)) or text for text in texts]


def _lead(text: str, n: int) -> str:
    return " ".join(sentences(text)[:n]) or text


def _central(found: Sequence[str]) -> str:
    """The sentence with the highest sum of ROUGE-L with the others; "" where there is none."""
    scores = [0.0] * len(found)
    for i, j in combinations(range(len(found)), 2):
        shared = rouge_l(found[i], found[j])
        scores[i] += shared
        scores[j] += shared
    return found[scores.index(max(scores))] if found else ""
