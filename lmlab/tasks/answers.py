"""Answers compared as SQuAD compares them. Built in chapter 6.2.

Source: Rajpurkar et al. 2016, section 6.1 (arXiv 1606.05250), and their script evaluate-v2.0.py.
"""

import re
import string
from collections import Counter
from collections.abc import Callable

from lmlab.tasks.example import Example


def normalise_answer(text: str) -> str:
    """`text` in lower case without punctuation, without a, an, the, and with single spaces."""
    text = "".join(char for char in text.lower() if char not in string.punctuation)
    return " ".join(re.sub(r"\b(a|an|the)\b", " ", text).split())


def exact_match(said: str, wanted: str) -> float:
    """1.0 when the two are the same once normalised, else 0.0."""
    return float(normalise_answer(said) == normalise_answer(wanted))


def token_f1(said: str, wanted: str) -> float:
    """2 · precision · recall / (precision + recall) of the words of `said`, both normalised.

    A word counts as often as it stands in both. No answer, the empty text, matches itself alone.
    """
    words, right = normalise_answer(said).split(), normalise_answer(wanted).split()
    if not words or not right:
        return float(words == right)
    shared = sum((Counter(words) & Counter(right)).values())
    if shared == 0:
        return 0.0
    precision, recall = shared / len(words), shared / len(right)
    return 2 * precision * recall / (precision + recall)


def best(measure: Callable[[str, str], float], said: str, example: Example) -> float:
    """The highest measure against any accepted answer; without a real one, "" is accepted."""
    accepted = [answer for answer in example.wanted if normalise_answer(answer)] or [""]
    return max(measure(said, answer) for answer in accepted)
