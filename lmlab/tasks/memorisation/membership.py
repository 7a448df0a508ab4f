"""Membership: whether a text was among those that a model learned from. Built in chapter 8.2.

An attacker scores texts, and calls members those above a threshold (`lmlab.tasks.roc`).
Source: Yeom et al. 2018 (arXiv 1709.01604), the loss; Carlini et al. 2022 (arXiv 2112.03570), why
the left end of the curve counts.
"""

import torch
from jaxtyping import Float
from torch import Tensor
from torch.nn import functional as F

from lmlab.models import GPT
from lmlab.text.batches import IGNORED
from lmlab.training import LabelledTexts


def text_log_probs(model: GPT, texts: LabelledTexts) -> Float[Tensor, " texts"]:
    """log P of each text: the score of the simplest attack, for what was learnt is likely."""
    config, found = model.config, []
    with model.evaluating():
        for batch in texts.batches(config.context_length, config.vocab_size):
            targets = batch.targets.to(model.device)
            losses = F.cross_entropy(  # (batch, time)
                batch.predict(model).mT, targets, ignore_index=IGNORED, reduction="none"
            )
            found.append(-losses.sum(dim=1))
    return torch.cat(found)


def log_ratios(model: GPT, reference: GPT, texts: LabelledTexts) -> Float[Tensor, " texts"]:
    """log P by the model less that by a reference, which must not have seen the texts.

    Some texts are easy for anyone. The reference says which, and what is left is memory. Source:
    Carlini et al. 2021, section 5.1 (arXiv 2012.07805).
    """
    return text_log_probs(model, texts) - text_log_probs(reference, texts)
