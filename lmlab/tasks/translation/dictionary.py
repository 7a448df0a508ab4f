"""A dictionary learned from sentences and their translations, by what occurs together.

Built in chapter 6.1: the baseline that a translator has to beat.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import torch
from jaxtyping import Float, Int
from torch import Tensor

_WORD = re.compile("[\u4e00-\u9fff]|\\w+|[^\\w\\s]")
_NEEDLESS_SPACE = re.compile("(?<=[\u3000-\uffef]) | (?=[\u3000-\uffef.,!?;:])|(?<=[¿¡]) ")


def dice(
    together: Int[Tensor, "words runs"], words: Int[Tensor, " words"], runs: Int[Tensor, " runs"]
) -> Float[Tensor, "words runs"]:
    """2 · together / (words + runs) for each word with each run: the Dice coefficient.

    `together` counts the pairs of sentences that have both, `words` and `runs` those that have one
    of them: 1 means that neither is ever seen without the other, 0 that they never meet.
    Source: Dice 1945; Smadja et al. 1996, section 4 (J96-1001), used it on translations.
    """
    return 2 * together / (words[:, None] + runs)


@dataclass(frozen=True)
class Dictionary:
    """For each word the run that goes with it best, and how well: its `dice`, 0 to 1."""

    entries: dict[str, tuple[str, float]]
    threshold: float = 0.2
    """A word with no better run than that is passed over, such as an article before Chinese."""

    def translate(self, sentences: Sequence[str]) -> list[str]:
        """Word by word, in the order of the words; what is not in the dictionary stays."""
        return [self._translated(sentence) for sentence in sentences]

    def _translated(self, sentence: str) -> str:
        found = (self.entries.get(word.lower(), (word, 1.0)) for word in split_words(sentence))
        return _joined(run for run, score in found if score >= self.threshold)


def learn_dictionary(
    pairs: Sequence[tuple[str, str]], longest: int = 4, rarest: int = 3
) -> Dictionary:
    """For each word of the first language its best run of up to `longest` words of the second.

    Chinese writes no spaces: there a run is one of characters, any of which may be a word. A
    word and a run must meet in `rarest` pairs or more. Of equally good runs the longest is taken.
    """
    words, runs, together = Counter(), Counter(), defaultdict(Counter)
    for source, target in pairs:
        found, found_runs = set(split_words(source.lower())), set(_runs(target, longest))
        words.update(found)
        runs.update(found_runs)
        for word in found:
            together[word].update(found_runs)
    entries = {}
    for word, counts in together.items():
        met = sorted(run for run, count in counts.items() if count >= rarest)
        if met:
            table = ([[counts[run] for run in met]], [words[word]], [runs[run] for run in met])
            (scores,) = dice(*map(torch.tensor, table)).tolist()
            score, _, run = max(zip(scores, map(len, met), met, strict=True))
            entries[word] = (run, score)
    return Dictionary(entries)


def split_words(text: str) -> list[str]:
    """Words and marks; each Chinese character by itself."""
    return _WORD.findall(text)


def _runs(text: str, longest: int) -> Iterable[str]:
    """All runs of 1 to `longest` words, written as they stand in a text; and all marks."""
    words = split_words(text)
    yield from words
    for length in range(2, longest + 1):
        for start in range(len(words) - length + 1):
            run = words[start : start + length]
            if all(word.isalnum() for word in run):
                yield _joined(run)


def _joined(words: Iterable[str]) -> str:
    return _NEEDLESS_SPACE.sub("", " ".join(words))
