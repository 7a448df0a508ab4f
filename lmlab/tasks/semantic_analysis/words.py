"""Texts as vectors of their words: how often each word stands there, and how rare it is.

Built in chapter 6.4.
"""

from collections.abc import Callable, Sequence

import torch
from jaxtyping import Float, Int
from torch import Tensor
from torch.nn import functional as F

Vectors = Callable[[list[str]], Float[Tensor, "texts width"]]
"""Texts to vectors of length 1, so that a @ b is the cosine."""


def tf_idf(counts: Int[Tensor, "texts words"]) -> Float[Tensor, "texts words"]:
    """counts · idf, each row scaled to length 1, where idf = ln((1 + n) / (1 + n_with)) + 1.

    `counts` says how often each word stands in each of n texts, of which n_with have the word at
    all: one that stands in every text counts least. A text without words is all zeros.
    Source: Spärck Jones 1972; the ones are those of scikit-learn's `TfidfTransformer`.
    """
    n_texts = counts.size(0)
    n_with = (counts > 0).sum(dim=0)
    idf = torch.log((1 + n_texts) / (1 + n_with)) + 1  # (words,)
    return F.normalize(counts * idf, dim=-1)


def nearest(
    query: Float[Tensor, " width"], vectors: Float[Tensor, "texts width"], k: int
) -> Int[Tensor, " k"]:
    """The places of the k vectors with the highest cosine to the query, the highest first."""
    cosines = F.normalize(vectors, dim=-1) @ F.normalize(query, dim=-1)  # (texts,)
    return cosines.topk(k).indices


def word_vectors(texts: Sequence[str], *, idf: bool = True) -> Vectors:
    """TF-IDF by scikit-learn, with the words and their rarity in `texts`; else a bag of words.

    Words of other texts than these are passed over.
    """
    from sklearn.feature_extraction.text import TfidfVectorizer

    counter = TfidfVectorizer(use_idf=idf, token_pattern=r"\w+").fit(texts)

    def vectors(texts: list[str]) -> Float[Tensor, "texts width"]:
        return torch.from_numpy(counter.transform(texts).toarray()).float()

    return vectors
