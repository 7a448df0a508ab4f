"""Answers without any learning: the bars that a model has to clear. Used in chapter 6.2."""

import re
from collections.abc import Sequence

Asked = tuple[str, str]
"""A passage and a question."""

NAME = r"\b(?!(?:He|She|They|It|The|There|One|On|And)\b)[A-Z][a-z]+\b"
LOOKS_LIKE = {
    "Who": NAME,
    "Where": r"(?:under|behind) (?:an? |the )?\w+|(?<=\b(?:in|at|to|by) )the \w+",
    "What": r"\b(?:an?|the) \w+",
    "Why": r"(?<=ecause )[^.,]+|(?<=, for )[^.,]+",
    "How": r"\b(?:ten|twelve|fifteen|twenty|thirty|forty|fifty|a hundred)\b",
}
"""What answers to a question word look like, as regular expressions."""


def last_mentioned(asked: Sequence[Asked]) -> list[str]:
    """The last thing in the passage that looks like an answer and is not in the question."""
    return [_last(passage, question) for passage, question in asked]


def most_overlap(asked: Sequence[Asked]) -> list[str]:
    """The same, in the sentence that shares most words with the question if there is one there.

    No answer where the question names somebody of whom the passage never speaks.
    """
    return [
        "" if _names(question) - _names(passage)
        else _last(_nearest(passage, question), question) or _last(passage, question)
        for passage, question in asked
    ]  # fmt: skip


def _last(text: str, question: str) -> str:
    pattern = LOOKS_LIKE.get(question.partition(" ")[0], NAME)
    candidates = [found for found in re.findall(pattern, text) if found not in question]
    return candidates[-1] if candidates else ""


def _nearest(passage: str, question: str) -> str:
    """The sentence that shares most words with the question; of equals the first."""
    words = _words(question)
    sentences = re.split(r"(?<=[.!?]) ", passage)
    return max(sentences, key=lambda sentence: len(_words(sentence) & words))


def _words(text: str) -> set[str]:
    return set(re.findall(r"\w+", text.lower()))


def _names(text: str) -> set[str]:
    return set(re.findall(NAME, text)) - LOOKS_LIKE.keys()
