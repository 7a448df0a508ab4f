"""GPT: the Transformer that predicts the next token.

Built in chapter 5.
"""

from collections.abc import Iterator
from contextlib import nullcontext

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor

from lmlab.generate import Hypotheses, KVCache, beam_search, decode, window_start
from lmlab.models.config import TransformerConfig
from lmlab.models.language_model import LanguageModel
from lmlab.models.transformer import Transformer, token_head
from lmlab.nn.taps import anyone_listens, tap


class GPT(Transformer, LanguageModel):
    """A stack of causal blocks and a linear layer to one logit for each token of the vocabulary.

    Source: Radford et al. 2018, 2019; with the default switches, Llama (Touvron et al. 2023).
    """

    def __init__(self, config: TransformerConfig):
        super().__init__(config)
        self.head = token_head(self.embed, config)

    def forward(
        self,
        ids: Int[Tensor, "batch time"],
        *,
        attention_mask: Bool[Tensor, "batch key"] | None = None,
        cache: KVCache | None = None,
    ) -> Float[Tensor, "batch time vocab_size"]:
        """Logits of the token that follows each position.

        With a cache, `ids` are the new tokens only, and the cache grows by them.
        """
        x = self.hidden(ids, attention_mask=attention_mask, cache=cache, causal=True)
        return self.logits(x)

    def logits(
        self, x: Float[Tensor, "batch time d_model"]
    ) -> Float[Tensor, "batch time vocab_size"]:
        """From the residual stream, normalised, to one logit for each token of the vocabulary."""
        return tap(self, "logits", self.head(x))

    def stream(
        self,
        ids: Int[Tensor, "batch time"],
        max_new_tokens: int = 100,
        *,
        attention_mask: Bool[Tensor, "batch time"] | None = None,
        use_cache: bool = True,
        **sampling,
    ) -> Iterator[Int[Tensor, " batch"]]:
        """Yield the next token of each sequence as soon as it is drawn.

        `sampling` (temperature, top_k, top_p, seed, eos_id) goes to `decode`. Prompts of different
        lengths are padded on the left and told apart by attention_mask. A text that outgrows the
        context is read through a window (`window_start`). The cache changes speed, not the tokens.
        """
        reader = _Reader(self, attention_mask, use_cache)
        self._check_ids(ids, attention_mask, None)
        yield from decode(reader.next_logits, ids, max_new_tokens, **sampling)

    def beams(
        self,
        ids: Int[Tensor, "batch time"],
        max_new_tokens: int = 100,
        *,
        num_beams: int = 4,
        length_penalty: int | float = 0.0,
        eos_id: int | None = None,
        attention_mask: Bool[Tensor, "batch time"] | None = None,
        use_cache: bool = True,
    ) -> Hypotheses:
        """The likeliest ways to go on, by `lmlab.generate.beam_search`; nothing is drawn.

        Prompts are padded, and the context is outgrown, as in `stream`.
        """
        reader = _Reader(self, attention_mask, use_cache)
        self._check_ids(ids, attention_mask, None)
        return beam_search(
            reader.next_logits,
            ids,
            max_new_tokens,
            num_beams=num_beams,
            alpha=length_penalty,
            eos_id=eos_id,
            reorder=reader.reorder,
        )


class _Reader:
    """Gives the logits after a growing text, reading only what is new when it can."""

    def __init__(self, model: GPT, attention_mask: Tensor | None, use_cache: bool):
        self.model, self.mask, self.use_cache = model, attention_mask, use_cache
        self.cache: KVCache | None = None
        self.start = -1

    def next_logits(self, ids: Int[Tensor, "batch time"]) -> Float[Tensor, "batch vocab_size"]:
        start = window_start(ids.size(1), self.model.config.context_length)
        if start != self.start:  # the window has moved: what the cache holds is out of place
            self.start, self.cache = start, self._new_cache()
        seen = 0 if self.cache is None else self.cache.length
        mask = self._mask_for(ids)
        # What nobody computes with costs less; a listener may go on with what it keeps.
        quick = nullcontext() if anyone_listens() else torch.inference_mode()
        with self.model.evaluating(), quick:
            x = self.model.hidden(
                ids[:, start + seen :],
                attention_mask=None if mask is None else mask[:, start:],
                cache=self.cache,
                causal=True,
            )
            # Only the end is gone on from; a vocabulary is wide, and a prompt may be long.
            return self.model.logits(x[:, -1:])[:, 0]

    def reorder(self, rows: Int[Tensor, " rows"]) -> None:
        """Row i goes on from what was row rows[i]."""
        if self.mask is not None:
            self.mask = self.mask[rows]
        if self.cache is not None:
            self.cache.reorder(rows)

    def _new_cache(self) -> KVCache | None:
        config = self.model.config
        return KVCache(config.n_layers, config.context_length) if self.use_cache else None

    def _mask_for(self, ids: Tensor) -> Tensor | None:
        """The prompt's mask, with every generated token a real one."""
        if self.mask is None:
            return None
        new = self.mask.new_ones(ids.size(0), ids.size(1) - self.mask.size(1))
        return torch.cat((self.mask, new), dim=-1)
