"""What chrF counts: runs of characters that a translation shares with its reference.

Built in chapter 6.1; figures that are published come from sacrebleu (`lmlab.tasks.metrics`).
"""

from collections import Counter


def ngram_f_score(translation: str, reference: str, n: int, beta: int | float = 2) -> float:
    """F-score of the character n-grams, spaces left out: 0 to 1.

    With m shared n-grams, each as often as both have it: precision p = m / n-grams of the
    translation, recall r = m / n-grams of the reference, F = (1 + β²) p r / (β² p + r). β = 2
    counts recall twice as much. Source: Popović 2015 (W15-3049).
    """
    said, wanted = (
        Counter(text[i : i + n] for i in range(len(text) - n + 1))
        for text in (translation.replace(" ", ""), reference.replace(" ", ""))
    )
    shared = (said & wanted).total()
    if not shared:
        return 0.0
    precision, recall = shared / said.total(), shared / wanted.total()
    return (1 + beta**2) * precision * recall / (beta**2 * precision + recall)
