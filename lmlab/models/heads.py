"""A Transformer that reads both ways, with a new last layer: for classes, tags, or a span.

Used from chapter 6.2 on.
"""

from dataclasses import asdict, dataclass
from typing import no_type_check

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor, nn

from lmlab.models.config import TransformerConfig
from lmlab.models.initialisation import initialise
from lmlab.models.language_model import LanguageModel
from lmlab.models.transformer import Transformer
from lmlab.nn.pooling import mean_pooled
from lmlab.nn.taps import tap
from lmlab.settings import is_count, require


@no_type_check  # it checks itself, with sentences
@dataclass(frozen=True, kw_only=True)
class HeadConfig(TransformerConfig):
    """Shape and switches of a Transformer with a head."""

    n_outputs: int
    """Numbers that the head gives: for each text, or for each token."""

    def __post_init__(self) -> None:
        super().__post_init__()
        require("n_outputs", self, is_count, "a whole number, 1 or more")


class Headed(Transformer):
    """What the three models below share: the body, and a linear layer on top of it.

    Source: Devlin et al. 2019, section 3 and figure 4 (arXiv 1810.04805).
    """

    Config = HeadConfig

    def __init__(self, config: HeadConfig):
        super().__init__(config)
        self.head = nn.Linear(config.d_model, config.n_outputs)
        initialise(self.head, config)

    @classmethod
    def on(cls, body: Transformer, n_outputs: int) -> "Headed":
        """A copy of `body`, a BERT or an encoder, under a new head of `n_outputs` numbers."""
        if isinstance(body, LanguageModel):
            raise ValueError(
                f"a {type(body).__name__} sees only what comes before each token; give a BERT or "
                "an encoder, which see the whole text."
            )
        config = HeadConfig(**asdict(body.config), n_outputs=n_outputs)
        model = cls(config).to(body.device)
        weights = {name: w for name, w in body.state_dict().items() if not name.startswith("head.")}
        model.load_state_dict(weights, strict=False)
        return model

    def read(self, ids: Tensor, attention_mask: Tensor | None) -> Tensor:
        """A vector for each token, seen from both sides, (batch, time, d_model)."""
        return self.hidden(ids, attention_mask=attention_mask, causal=False)


class SequenceClassifier(Headed):
    """One of n_outputs classes for a whole text, from the mean of its token vectors."""

    def forward(
        self,
        ids: Int[Tensor, "batch time"],
        *,
        attention_mask: Bool[Tensor, "batch time"] | None = None,
    ) -> Float[Tensor, "batch n_classes"]:
        """Logits of the classes; `attention_mask` is True for real tokens, False for padding."""
        real = torch.ones_like(ids, dtype=torch.bool) if attention_mask is None else attention_mask
        x = mean_pooled(self.read(ids, attention_mask), real)  # (batch, d_model)
        return tap(self, "logits", self.head(x))


class TokenTagger(Headed):
    """One of n_outputs tags for each token."""

    def forward(
        self,
        ids: Int[Tensor, "batch time"],
        *,
        attention_mask: Bool[Tensor, "batch time"] | None = None,
    ) -> Float[Tensor, "batch time n_tags"]:
        """Logits of the tags; `attention_mask` is True for real tokens, False for padding."""
        return tap(self, "logits", self.head(self.read(ids, attention_mask)))


class SpanReader(Headed):
    """Where an answer begins and ends: two distributions over the tokens of a text."""

    @classmethod
    def on(cls, body: Transformer) -> "SpanReader":
        """A copy of `body`, a BERT or an encoder, under a new head."""
        return super().on(body, 2)

    def forward(
        self,
        ids: Int[Tensor, "batch time"],
        *,
        attention_mask: Bool[Tensor, "batch time"] | None = None,
    ) -> Float[Tensor, "batch 2 time"]:
        """Logits of each token to be the first, and the last, of the answer; padding has -inf."""
        logits = self.head(self.read(ids, attention_mask)).mT  # (batch, 2, time)
        if attention_mask is not None:
            logits = logits.masked_fill(~attention_mask[:, None], -torch.inf)
        return tap(self, "logits", logits)
