"""What ROUGE-L counts: words that two texts have in the same order. Built in chapter 6.3.

Figures that are published come from rouge-score (`lmlab.tasks.metrics`).
"""

import re
from collections.abc import Sequence


def words_of(text: str) -> list[str]:
    """The words as ROUGE has them: lower case, a-z and 0-9 only."""
    return re.findall("[a-z0-9]+", text.lower())


def lcs_length(first: Sequence[str], second: Sequence[str]) -> int:
    """Length of the longest common subsequence: words of both, in order, gaps allowed.

    longest[j] is that of the words of `first` so far and second[:j]. A word that both have
    lengthens what was before it on both sides; else the better of leaving out either counts.
    """
    longest = [0] * (len(second) + 1)
    for word in first:
        before = longest[:]  # without this word
        for j, other in enumerate(second):
            longest[j + 1] = before[j] + 1 if word == other else max(before[j + 1], longest[j])
    return longest[-1]


def rouge_l(said: str, wanted: str) -> float:
    """F-score of the longest common subsequence, 0 to 1: 2 · lcs / (words said + words wanted).

    Source: Lin 2004, section 4 (aclanthology.org/W04-1013), with β = 1 as in rouge-score.
    """
    first, second = words_of(said), words_of(wanted)
    total = len(first) + len(second)
    return 2 * lcs_length(first, second) / total if total else 0.0
