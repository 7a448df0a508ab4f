"""The encoder–decoder: one Transformer reads a source, another writes a target and looks at it.

Built in chapters 2.3 and 5.
"""

from collections.abc import Iterator

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor

from lmlab.generate import Hypotheses, KVCache, beam_search, decode
from lmlab.models.config import TransformerConfig
from lmlab.models.folders import Pretrained
from lmlab.models.transformer import Transformer, decoder_block, token_head
from lmlab.nn.taps import tap


class EncoderDecoder(Pretrained):
    """The Transformer of 2017: translation, summaries, and whatever else turns a text into another.

    Each side has `config.n_layers` blocks and reads at most `config.context_length` tokens. Both
    share one embedding, and with it the vocabulary. Positions that turn or penalise (RoPE, ALiBi)
    are for the attention within a text: they know distances, and from a target to its source there
    are none, so cross-attention has to find its places by what the encoder wrote there.
    Source: Vaswani et al. 2017, sections 3.1 and 3.4, figure 1 (arXiv 1706.03762).
    """

    Config = TransformerConfig

    def __init__(self, config: TransformerConfig):
        super().__init__()
        self.config = config
        self.encoder = Transformer(config)
        self.decoder = Transformer(config, decoder_block)
        self.decoder.embed = self.encoder.embed
        self.head = token_head(self.encoder.embed, config)

    def forward(
        self,
        source_ids: Int[Tensor, "batch source"],
        target_ids: Int[Tensor, "batch target"],
        *,
        source_mask: Bool[Tensor, "batch source"] | None = None,
        target_mask: Bool[Tensor, "batch target"] | None = None,
    ) -> Float[Tensor, "batch target vocab_size"]:
        """Logits of the token that follows each position of the target, given the whole source.

        Masks are True for real tokens, False for padding on either side.
        """
        memory = self.encode(source_ids, source_mask)
        return self.decode(target_ids, memory, source_mask, target_mask=target_mask)

    def encode(
        self,
        source_ids: Int[Tensor, "batch source"],
        source_mask: Bool[Tensor, "batch source"] | None = None,
    ) -> Float[Tensor, "batch source d_model"]:
        """The memory: a vector for each token of the source, made with a view of all the others."""
        return self.encoder.hidden(source_ids, attention_mask=source_mask, causal=False)

    def decode(
        self,
        target_ids: Int[Tensor, "batch target"],
        memory: Float[Tensor, "batch source d_model"],
        source_mask: Bool[Tensor, "batch source"] | None = None,
        *,
        target_mask: Bool[Tensor, "batch key"] | None = None,
        cache: KVCache | None = None,
    ) -> Float[Tensor, "batch target vocab_size"]:
        """Logits of the token that follows each position of the target.

        With a cache, `target_ids` are the new tokens only, and the first call's memory stays.
        """
        x = self.decoder.hidden(
            target_ids,
            attention_mask=target_mask,
            cache=cache,
            causal=True,
            memory=memory,
            memory_mask=None if source_mask is None else source_mask[:, None, None, :],
        )
        return tap(self, "logits", self.head(x))

    def generate(
        self,
        source_ids: Int[Tensor, "batch source"],
        max_new_tokens: int = 100,
        *,
        num_beams: int = 1,
        **settings,
    ) -> Int[Tensor, "batch new"]:
        """The targets, without the token they begin with; settings as in `stream`.

        With num_beams > 1, the best of what `beams` finds; settings as there.
        """
        if num_beams > 1:
            found = self.beams(source_ids, max_new_tokens, num_beams=num_beams, **settings)
            return found.ids[:, 0]
        new = list(self.stream(source_ids, max_new_tokens, **settings))
        return torch.stack(new, dim=1) if new else source_ids[:, :0]

    def stream(
        self,
        source_ids: Int[Tensor, "batch source"],
        max_new_tokens: int = 100,
        *,
        begin_id: int,
        source_mask: Bool[Tensor, "batch source"] | None = None,
        use_cache: bool = True,
        **sampling,
    ) -> Iterator[Int[Tensor, " batch"]]:
        """Yield the next token of each target as soon as it is drawn.

        A target begins with `begin_id`. `sampling` (temperature, top_k, top_p, seed, eos_id) goes
        to `lmlab.generate.decode`. The cache changes speed, not the tokens.
        """
        writer, begin = self._begin(source_ids, max_new_tokens, begin_id, source_mask, use_cache)
        yield from decode(writer.next_logits, begin, max_new_tokens, **sampling)

    def beams(
        self,
        source_ids: Int[Tensor, "batch source"],
        max_new_tokens: int = 100,
        *,
        begin_id: int,
        num_beams: int = 4,
        length_penalty: int | float = 0.0,
        eos_id: int | None = None,
        source_mask: Bool[Tensor, "batch source"] | None = None,
        use_cache: bool = True,
    ) -> Hypotheses:
        """The likeliest targets, by `lmlab.generate.beam_search`; nothing is drawn."""
        writer, begin = self._begin(source_ids, max_new_tokens, begin_id, source_mask, use_cache)
        return beam_search(
            writer.next_logits,
            begin,
            max_new_tokens,
            num_beams=num_beams,
            alpha=length_penalty,
            eos_id=eos_id,
            reorder=writer.reorder,
        )

    def _begin(self, source_ids, max_new_tokens: int, begin_id: int, source_mask, use_cache: bool):
        """Who gives the logits of the targets, and what all of them begin with."""
        if max_new_tokens > self.config.context_length:
            raise ValueError(
                f"max_new_tokens={max_new_tokens} is more than context_length="
                f"{self.config.context_length}, which a target has to fit into: ask for fewer."
            )
        writer = _Writer(self, source_ids, source_mask, use_cache)
        return writer, source_ids.new_full((source_ids.size(0), 1), begin_id)


class _Writer:
    """Gives the logits after a growing target; the source is read once."""

    def __init__(self, model: EncoderDecoder, source_ids: Tensor, source_mask, use_cache: bool):
        config = model.config
        self.model, self.source_mask = model, source_mask
        self.cache = KVCache(config.n_layers, config.context_length) if use_cache else None
        with model.evaluating():
            self.memory = model.encode(source_ids, source_mask)

    def next_logits(self, ids: Int[Tensor, "batch time"]) -> Float[Tensor, "batch vocab_size"]:
        new = ids if self.cache is None else ids[:, self.cache.length :]
        with self.model.evaluating():
            logits = self.model.decode(new, self.memory, self.source_mask, cache=self.cache)
        return logits[:, -1]

    def reorder(self, rows: Int[Tensor, " rows"]) -> None:
        """Row i goes on from what was row rows[i]; each row's source moves with it."""
        self.memory = self.memory[rows]
        if self.source_mask is not None:
            self.source_mask = self.source_mask[rows]
        if self.cache is not None:
            self.cache.reorder(rows)
