"""Metrics, each a function of sums over the examples. All run from 0 to 100.

Used throughout chapter 6.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any, Literal

import numpy as np
from jaxtyping import Float

from lmlab.tasks import answers
from lmlab.tasks.calibration import bin_of
from lmlab.tasks.example import Example

Number = int | float
Prediction = Any
Statistics = Sequence[Number] | Float[np.ndarray, " statistics"]


@dataclass(frozen=True)
class Metric:
    """How well a set of predictions does.

    A set is scored by what its examples add up to: `score(statistics of each, summed)`. So a
    bootstrap scores thousands of sets without a second look at any prediction.
    """

    statistics: Callable[[Prediction, Example], Statistics]
    """What one example contributes: as many numbers for each."""
    score: Callable[[Float[np.ndarray, " statistics"]], Number]
    lower_is_better: bool = False
    signature: str = ""
    """Version and settings of the library that computes it, to be named beside a figure."""

    def rows(
        self, predictions: Sequence[Prediction], examples: Sequence[Example]
    ) -> Float[np.ndarray, "examples statistics"]:
        """The statistics of each example."""
        pairs = zip(predictions, examples, strict=True)
        return np.array([self.statistics(*pair) for pair in pairs], dtype=float)

    def __call__(self, predictions: Sequence[Prediction], wanted: Sequence[Any]) -> float:
        """The score of predictions where `wanted` is wanted."""
        rows = self.rows(predictions, [Example(None, each) for each in wanted])
        return float(self.score(rows.sum(axis=0)))


def mean_of(points: Callable[[Prediction, Example], Number]) -> Metric:
    """The mean over the examples of what `points` gives each, from 0 to 100."""
    return Metric(lambda prediction, example: (points(prediction, example), 1), _ratio)


def accuracy() -> Metric:
    """The share of predictions whose label is the one that is wanted."""
    return mean_of(lambda prediction, example: 100 * (label_of(prediction) == example.wanted))


def macro_f1(labels: Sequence[str]) -> Metric:
    """The mean over the labels of 2 · right / (said + wanted): rare labels count as much.

    A label that is neither said nor wanted counts 0, as in scikit-learn; what is said may be none
    of the labels, and is wrong then.
    """
    index = {label: place for place, label in enumerate(labels)}

    def statistics(prediction: Prediction, example: Example) -> Statistics:
        right, both = np.zeros((2, len(index)))
        said = label_of(prediction)
        both[index[example.wanted]] += 1
        if said in index:
            both[index[said]] += 1
            right[index[said]] = said == example.wanted
        return np.concatenate((right, both))

    def score(sums: np.ndarray) -> Number:
        right, both = np.split(sums, 2)
        return 100 * float((2 * right / both.clip(min=1)).mean())

    return Metric(statistics, score)


def set_f1() -> Metric:
    """F1 of predicted sets: 2 · right / (said + wanted), counted over all examples together."""

    def statistics(prediction: set | frozenset, example: Example) -> Statistics:
        return len(prediction & example.wanted), len(prediction) + len(example.wanted)

    return Metric(statistics, lambda sums: 200 * sums[0] / sums[1] if sums[1] else 100.0)


def exact_match() -> Metric:
    """SQuAD's: the share of answers that are, normalised, one of those accepted."""
    return mean_of(lambda said, example: 100 * answers.best(answers.exact_match, said, example))


def answer_f1() -> Metric:
    """SQuAD's: the mean F1 of an answer's words and those of the accepted answer nearest to it."""
    return mean_of(lambda said, example: 100 * answers.best(answers.token_f1, said, example))


def calibration_error(n_bins: int = 10) -> Metric:
    """How far confidence and accuracy lie apart: `calibration.expected_calibration_error`.

    Predictions are {label: probability}; a bare label counts as said with certainty.
    """

    def statistics(prediction: Prediction, example: Example) -> Statistics:
        row = np.zeros(n_bins + 1)
        confidence = max(prediction.values()) if isinstance(prediction, Mapping) else 1.0
        row[bin_of(confidence, n_bins)] = (label_of(prediction) == example.wanted) - confidence
        row[-1] = 1
        return row

    def score(sums: np.ndarray) -> Number:
        return 100 * float(np.abs(sums[:-1]).sum() / sums[-1])

    return Metric(statistics, score, lower_is_better=True)


def bleu(tokenize: Literal["13a", "zh", "char"] = "13a") -> Metric:
    """BLEU of a corpus by sacrebleu: how many n-grams of 1 to 4 words are in the reference.

    `tokenize` says what a word is: "zh" for Chinese. Single short sentences score 0, so let another
    metric come first. Source: Papineni et al. 2002; Post 2018 (arXiv 1804.08771).
    """
    from sacrebleu.metrics import BLEU

    return _sacrebleu(BLEU(tokenize=tokenize))


def chrf() -> Metric:
    """chrF2 of a corpus by sacrebleu: F-score of character n-grams, with no question of words.

    Source: Popović 2015 (aclanthology.org/W15-3049).
    """
    from sacrebleu.metrics import CHRF

    return _sacrebleu(CHRF())


def rouge(kind: Literal["rouge1", "rouge2", "rougeL"] = "rougeL") -> Metric:
    """The mean F-score of ROUGE by rouge-score: shared words, shared pairs, or "rougeL".

    That is the longest common subsequence of words. It knows a-z and 0-9 only: Chinese characters
    do not count. Source: Lin 2004 (aclanthology.org/W04-1013).
    """
    from rouge_score.rouge_scorer import RougeScorer

    scorer = RougeScorer([kind])
    metric = mean_of(lambda said, example: 100 * scorer.score(example.wanted, said)[kind].fmeasure)
    signature = f"{kind}|stemmer:no|rouge-score:{version('rouge-score')}"
    return Metric(metric.statistics, metric.score, signature=signature)


def label_of(prediction: str | Mapping[str, Number]) -> str:
    """The label that is said: the likeliest, where each has a probability."""
    return max(prediction, key=prediction.get) if isinstance(prediction, Mapping) else prediction


def _ratio(sums: np.ndarray) -> Number:
    return sums[0] / sums[1]


def _sacrebleu(library) -> Metric:
    """Its own bootstrap is paired with no other of ours, so its statistics are taken out."""

    def statistics(prediction: str, example: Example) -> Statistics:
        return library._extract_corpus_statistics([prediction], [[example.wanted]])[0]

    library._cache_references([["."]])  # it knows its signature once it has seen a reference
    return Metric(
        statistics,
        lambda sums: library._compute_score_from_stats(sums.astype(int).tolist()).score,
        signature=str(library.get_signature()),
    )
