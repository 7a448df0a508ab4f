"""How suspicious each lesson is, by three measures. Built in chapter 8.2."""

import torch
from jaxtyping import Float
from torch import Tensor
from torch.nn import functional as F

from lmlab.models import SequenceClassifier
from lmlab.nn.pooling import mean_pooled
from lmlab.training import LabelledTexts


def losses(model: SequenceClassifier, rows: LabelledTexts) -> Float[Tensor, " texts"]:
    """How much each label surprises the model, in nats.

    Of the victim early in its training, or of a model that was taught by checked lessons only.
    """
    batch = rows.batch(range(len(rows)))
    with model.evaluating():
        return F.cross_entropy(batch.predict(model)[:, 0], batch.targets[:, 0], reduction="none")


def spectral_scores(vectors: Float[Tensor, "texts d_model"]) -> Float[Tensor, " texts"]:
    """How far each vector lies from the mean, squared, in the direction of the largest spread.

    Vectors of one label. A trigger that the model has learned pulls its texts to one side.
    Source: Tran, Li & Madry 2018, algorithm 1 (arXiv 1811.00636). Built in chapter 8.2.
    """
    centred = vectors - vectors.mean(dim=0)
    first = torch.linalg.svd(centred, full_matrices=False).Vh[0]  # (d_model,)
    return (centred @ first) ** 2


def spectral_by_label(model: SequenceClassifier, rows: LabelledTexts) -> Float[Tensor, " texts"]:
    """`spectral_scores` of the model's last vectors, the texts of each label among themselves."""
    batch = rows.batch(range(len(rows)))
    with model.evaluating():
        vectors = mean_pooled(model.read(batch.ids, batch.mask), batch.mask)  # (texts, d_model)
    labels = batch.targets[:, 0]
    scores = torch.zeros(len(rows))
    for label in labels.unique():
        scores[labels == label] = spectral_scores(vectors[labels == label])
    return scores
