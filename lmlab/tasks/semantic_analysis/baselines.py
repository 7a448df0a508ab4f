"""Roles without a network: the bars that a labeller has to clear. Used in chapter 6.4."""

import re
from collections import Counter, defaultdict
from collections.abc import Sequence

from lmlab.tasks.semantic_analysis.bio import bio_spans, bio_tags
from lmlab.tasks.semantic_analysis.sentences import Analysed, Part
from lmlab.tasks.task import Predict
from lmlab.text.town.roles import VERB

WORD = re.compile(r"\w+|[^\w\s]")
NO_NAME = (
    "A|An|At|Because|Before|By|For|From|Here|I|In|It|May|Next|Not|On|One|Shall|So|Soon|Still|Then|"
    "There|The|To|When|While"
)
"""Words that have a capital because they come first."""
NAME = rf"\b(?!(?:{NO_NAME})\b)[A-Z][a-z]+\b"
BEHIND = "to|in|at|on|by|for|and|but|was|were|had|that|behind|under|together|back|because|so"
"""Words that stand behind a thing."""
LOOKS_LIKE = (
    ("cause", r"(?<=[Bb]ecause )[^.,]+|(?<=, for )[^.,]+"),
    ("goal", r"(?<=\bto )the \w+"),
    ("place", r"(?:under|behind) (?:an? |the )?\w+|(?<=\b(?:in|at|on|by) )the \w+"),
    ("time", r"(?<=\b[Oo]ne )(?:\w+ )+(?:morning|afternoon|evening|day)"),
    ("extent", r"\b(?:ten|twelve|fifteen|twenty|thirty|forty|fifty|a hundred)\b"),
    ("theme", rf"\b(?:an?|the) (?:\w+ )*?\w+(?=[^\w ]| (?:{BEHIND})\b)"),
)
"""What plays a role besides people, as regular expressions; the earlier has the first choice."""


def by_order(sentences: Sequence[str]) -> list[frozenset[Part]]:
    """The first name does it to the second; the rest by how it looks."""
    return [frozenset(_by_order(sentence)) for sentence in sentences]


def commonest_role(sentences: Sequence[Analysed]) -> Predict:
    """Learn from labelled sentences which tag each word has most often, whatever is around it."""
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for sentence, parts, _ in sentences:
        words = list(WORD.finditer(sentence))
        spans = [(part.role, *_words_of(part, words)) for part in parts]
        for word, tag in zip(words, bio_tags(len(words), spans), strict=True):
            counts[word.group()][tag] += 1
    commonest = {word: tags.most_common(1)[0][0] for word, tags in counts.items()}

    def commonest_role(sentences: Sequence[str]) -> list[frozenset[Part]]:
        return [frozenset(_by_word(sentence, commonest)) for sentence in sentences]

    return commonest_role


def _by_order(sentence: str) -> list[Part]:
    found: list[Part] = []
    for role, pattern in LOOKS_LIKE:
        _take(found, role, re.search(pattern, sentence))
    people = [name for name in re.finditer(NAME, sentence) if _free(found, name)]
    for role, name in zip(("agent", "recipient"), people, strict=False):
        _take(found, role, name)
    _take(found, "action", VERB.search(sentence))
    return found


def _take(found: list[Part], role: str, match: re.Match | None) -> None:
    if match and _free(found, match):
        found.append(Part(role, match.group(), *match.span()))


def _free(found: Sequence[Part], match: re.Match) -> bool:
    return all(match.end() <= part.start or part.end <= match.start() for part in found)


def _by_word(sentence: str, commonest: dict[str, str]) -> list[Part]:
    words = list(WORD.finditer(sentence))
    spans = bio_spans([commonest.get(word.group(), "O") for word in words])
    places = [(role, words[first].start(), words[last].end()) for role, first, last in spans]
    return [Part(role, sentence[start:end], start, end) for role, start, end in places]


def _words_of(part: Part, words: Sequence[re.Match]) -> tuple[int, int]:
    inside = [i for i, word in enumerate(words) if part.start <= word.start() < part.end]
    return inside[0], inside[-1]
