"""One vector for a whole text. Used by classifiers and for the meaning of sentences."""

from jaxtyping import Bool, Float
from torch import Tensor


def mean_pooled(
    vectors: Float[Tensor, "batch time d_model"], mask: Bool[Tensor, "batch time"]
) -> Float[Tensor, "batch d_model"]:
    """The mean over the real tokens of each text, those where `mask` is True.

    Source: Reimers & Gurevych 2019, section 3 (arXiv 1908.10084).
    """
    real = mask[..., None]
    return (vectors * real).sum(dim=1) / real.sum(dim=1)
