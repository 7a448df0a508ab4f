"""BERT: the Transformer that looks both ways and restores hidden tokens.

Built in chapter 2.1.
"""

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor

from lmlab.models.config import TransformerConfig
from lmlab.models.transformer import Transformer, token_head
from lmlab.nn.taps import tap

ROWS = 32  # copies of a text, each with another token hidden, that are read at once


class BERT(Transformer):
    """A stack of blocks without a causal mask, and one logit for each token at each position.

    It is trained with `TrainingConfig(mask_with=…)`. It is no `LanguageModel`: it sees what
    follows, so that predicting the next token would teach it to copy and nothing else.
    Source: Devlin et al. 2019 (arXiv 1810.04805); theirs has one more layer before the logits.
    """

    def __init__(self, config: TransformerConfig):
        super().__init__(config)
        self.head = token_head(self.embed, config)

    def forward(
        self,
        ids: Int[Tensor, "batch time"],
        *,
        attention_mask: Bool[Tensor, "batch time"] | None = None,
    ) -> Float[Tensor, "batch time vocab_size"]:
        """Logits of the token that belongs AT each position, given all that stands around it.

        `attention_mask` is True for real tokens, False for padding on either side.
        """
        x = self.hidden(ids, attention_mask=attention_mask, causal=False)
        return tap(self, "logits", self.head(x))

    def fill(self, ids: Int[Tensor, " time"], mask_id: int) -> Float[Tensor, "masks vocab_size"]:
        """The probability of each token at each mask in `ids`, mask by mask in their order.

        No mask knows what another is filled with: the likeliest tokens of two neighbours need not
        go together.
        """
        masks = ids == mask_id
        if not masks.any():
            raise ValueError(
                f"there is no mask, token {mask_id}, among the {len(ids)} ids: put one where a "
                "token is to be filled in."
            )
        with self.evaluating():
            return self(ids[None])[0, masks].softmax(dim=-1)

    def pseudo_log_probs(self, ids: Int[Tensor, " time"], mask_id: int) -> Float[Tensor, " time"]:
        """For each token, the logarithm of its probability given all the others, in nats.

        The text is read once for each of its tokens, with that one hidden.
        """
        found: list[Tensor] = []
        for places in torch.arange(len(ids), device=ids.device).split(ROWS):
            rows = torch.arange(len(places), device=ids.device)
            hidden = ids.repeat(len(places), 1)  # (rows, time)
            hidden[rows, places] = mask_id
            with self.evaluating():
                log_probs = self(hidden)[rows, places].log_softmax(dim=-1)  # (rows, vocab_size)
            found.append(log_probs[rows, ids[places]])
        return torch.cat(found)

    def pseudo_log_prob(self, ids: Int[Tensor, " time"], mask_id: int) -> float:
        """The pseudo-log-likelihood of a text: the sum of `pseudo_log_probs`, in nats.

        It ranks texts, but it is not the logarithm of a probability: each token is scored by what
        comes after it too, so the chain rule does not hold, and over all texts of one length
        exp(pseudo_log_prob) does not sum to one.
        Source: Salazar et al. 2020, eq. 2 (arXiv 1910.14659).
        """
        return self.pseudo_log_probs(ids, mask_id).double().sum().item()
