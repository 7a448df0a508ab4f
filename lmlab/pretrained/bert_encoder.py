"""BERT as it was published: a vector for each token, seen from both sides, and its masked head.

Used in chapter 5.2 and for meaning in chapter 6.
"""

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor, nn

from lmlab.models import BERT, TransformerConfig
from lmlab.models.transformer import Transformer
from lmlab.nn import LayerNorm
from lmlab.nn.feedforward import ACTIVATIONS
from lmlab.nn.taps import tap


class BERTEncoder(Transformer):
    """Token ids in, one vector of meaning for each position out; `lmlab.BERT` has logits instead.

    Its settings have `embed_norm`. Source: Devlin et al. 2019 (arXiv 1810.04805), and their code
    for that norm.
    """

    def forward(
        self,
        ids: Int[Tensor, "batch time"],
        *,
        attention_mask: Bool[Tensor, "batch time"] | None = None,
    ) -> Float[Tensor, "batch time d_model"]:
        """`attention_mask` is True for real tokens, False for padding on either side."""
        return self.hidden(ids, attention_mask=attention_mask, causal=False)


class MaskedBERT(BERTEncoder, BERT):
    """The same with the head that restores hidden tokens: one more layer, then tied embeddings.

    `fill` and `pseudo_log_probs` are those of `lmlab.BERT`. Source: as above, appendix A.
    """

    def __init__(self, config: TransformerConfig):
        super().__init__(config)
        self.transform = nn.Linear(config.d_model, config.d_model)
        self.transform_norm = LayerNorm(config.d_model, config.norm_eps)
        self.head.bias = nn.Parameter(torch.zeros(config.vocab_size))

    def forward(
        self,
        ids: Int[Tensor, "batch time"],
        *,
        attention_mask: Bool[Tensor, "batch time"] | None = None,
    ) -> Float[Tensor, "batch time vocab_size"]:
        """Logits of the token that belongs at each position, as of `lmlab.BERT`."""
        x = self.hidden(ids, attention_mask=attention_mask, causal=False)
        x = self.transform_norm(ACTIVATIONS[self.config.activation](self.transform(x)))
        return tap(self, "logits", self.head(x))
