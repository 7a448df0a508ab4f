"""Words weighed by how rare they are, and logistic regression on them. Used in chapter 6.5."""

from collections.abc import Callable, Sequence

from lmlab.tasks.example import Example
from lmlab.tasks.task import Predict


def learn_tfidf(
    examples: Sequence[Example], *, part: Callable[[str], str] = str, strength: float = 0.03
) -> Predict:
    """Logistic regression on the TF-IDF of words and of pairs of words: texts to probabilities.

    `part` is what it reads of a text, all of it unless another function is given; `strength` is
    that of the pull of its weights towards 0. Source: Wang & Manning 2012
    (aclanthology.org/P12-2018), who found pairs of words hard to beat.
    """
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression

    vectorizer = TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True, token_pattern=r"\w+")
    regression = LogisticRegression(C=1 / strength, max_iter=1000)
    regression.fit(
        vectorizer.fit_transform([part(each.input) for each in examples]),
        [each.wanted for each in examples],
    )

    def tfidf(texts: Sequence[str]) -> list[dict[str, float]]:
        shares = regression.predict_proba(vectorizer.transform([part(text) for text in texts]))
        return [
            dict(zip(regression.classes_.tolist(), row.tolist(), strict=True)) for row in shares
        ]

    return tfidf
