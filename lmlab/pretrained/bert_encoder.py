"""BERT as it was published, without its head: a vector for each token, seen from both sides.

Used in chapter 5.2 and for meaning in chapter 6.
"""

from jaxtyping import Bool, Float, Int
from torch import Tensor
from torch.nn import functional as F

from lmlab.models import TransformerConfig
from lmlab.models.transformer import Transformer
from lmlab.nn import LayerNorm
from lmlab.nn.taps import tap


class BERTEncoder(Transformer):
    """Token ids in, one vector of meaning for each position out; `lmlab.BERT` has logits instead.

    What differs from that one: the sum of the embeddings is normalised before the first block.
    Source: Devlin et al. 2019 (arXiv 1810.04805), and their code for the norm.
    """

    def __init__(self, config: TransformerConfig):
        super().__init__(config)
        self.embed_norm = LayerNorm(config.d_model, config.norm_eps)

    def forward(
        self,
        ids: Int[Tensor, "batch time"],
        *,
        attention_mask: Bool[Tensor, "batch time"] | None = None,
    ) -> Float[Tensor, "batch time d_model"]:
        """`attention_mask` is True for real tokens, False for padding on either side."""
        return self.hidden(ids, attention_mask=attention_mask, causal=False)

    def _embed(self, ids: Tensor, positions: Tensor) -> Tensor:
        x = self.embed_norm(self.embed(ids) + self.positions(positions))
        return tap(self, "embedded", F.dropout(x, self.config.dropout, self.training))
