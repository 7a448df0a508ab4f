"""What every language model can do, whatever it is made of: score a text, and write one.

Built in chapter 2.1.
"""

from collections.abc import Iterator

import torch
from jaxtyping import Float, Int
from torch import Tensor

from lmlab.generate import Hypotheses, beam_search, decode, window_start
from lmlab.models.folders import Pretrained
from lmlab.text.scores import bits_per_character


class LanguageModel(Pretrained):
    """A model that gives every token a probability of coming next.

    A subclass is called as `model(ids)`, (batch, time), and returns logits of the token that
    follows each position, (batch, time, vocab_size). It reads `context_length` tokens at most.
    """

    @property
    def context_length(self) -> int:
        """The most tokens that the model is given at once."""
        return self.config.context_length

    def next_token(self, ids: Int[Tensor, " time"]) -> Float[Tensor, " vocab_size"]:
        """The probability of each token to follow `ids`, of which the end is read."""
        require_tokens(ids, 1)
        return self.next_logits(ids[None])[0].softmax(dim=-1)

    def log_probs(self, ids: Int[Tensor, " time"]) -> Float[Tensor, " time-1"]:
        """For each token but the first, the logarithm of its probability after those before it.

        A text that outgrows the context is read through the window that generation reads through
        (`window_start`), so that exp(log_probs[t]) is what `next_token(ids[:t + 1])` gives.
        """
        require_tokens(ids, 2)
        found: list[Tensor] = []
        done = 0
        while done < len(ids) - 1:
            start = window_start(done + 1, self.context_length)
            end = min(start + self.context_length, len(ids) - 1)
            with self.evaluating():
                logits = self(ids[None, start:end])[0, done - start :]  # (new, vocab_size)
            targets = ids[done + 1 : end + 1, None]
            found.append(logits.log_softmax(dim=-1).gather(-1, targets).squeeze(-1))
            done = end
        return torch.cat(found)

    def log_prob(self, ids: Int[Tensor, " time"]) -> float:
        """The logarithm of the probability of ids[1:] after ids[0], in nats.

        A text that begins with the mark between documents, `tokenizer.eos_id`, is scored whole.
        """
        return self.log_probs(ids).double().sum().item()

    def bits_per_char(self, text: str, tokenizer) -> float:
        """Bits that the model needs for one character of `text`, on average.

        The text is read from the mark between documents on, where the tokenizer has one; else its
        first token is given away.
        """
        begin = [] if tokenizer.eos_id is None else [tokenizer.eos_id]
        ids = torch.tensor([*begin, *tokenizer.encode(text)], device=self.device)
        return bits_per_character(-self.log_prob(ids), len(text))

    def generate(
        self,
        ids: Int[Tensor, "batch time"],
        max_new_tokens: int = 100,
        *,
        num_beams: int = 1,
        **settings,
    ) -> Int[Tensor, "batch longer"]:
        """The prompts with up to max_new_tokens appended; settings as in `stream`.

        With num_beams > 1, the best of what `beams` finds; settings as there.
        """
        if num_beams > 1:
            found = self.beams(ids, max_new_tokens, num_beams=num_beams, **settings)
            return torch.cat((ids, found.ids[:, 0]), dim=-1)
        new = list(self.stream(ids, max_new_tokens, **settings))
        return torch.cat((ids, *(token[:, None] for token in new)), dim=-1)

    def beams(
        self,
        ids: Int[Tensor, "batch time"],
        max_new_tokens: int = 100,
        *,
        num_beams: int = 4,
        length_penalty: int | float = 0.0,
        eos_id: int | None = None,
    ) -> Hypotheses:
        """The likeliest ways to go on, by `lmlab.generate.beam_search`; nothing is drawn."""
        return beam_search(
            self.next_logits,
            ids,
            max_new_tokens,
            num_beams=num_beams,
            alpha=length_penalty,
            eos_id=eos_id,
        )

    def stream(
        self, ids: Int[Tensor, "batch time"], max_new_tokens: int = 100, **sampling
    ) -> Iterator[Int[Tensor, " batch"]]:
        """Yield the next token of each sequence as soon as it is drawn.

        `sampling` (temperature, top_k, top_p, seed, eos_id) goes to `decode`. A text that outgrows
        the context is read through a window (`window_start`).
        """
        yield from decode(self.next_logits, ids, max_new_tokens, **sampling)

    def next_logits(self, ids: Int[Tensor, "batch time"]) -> Float[Tensor, "batch vocab_size"]:
        """The logits of what follows, read anew from the window that `ids` ends in."""
        with self.evaluating():
            return self(ids[:, window_start(ids.size(1), self.context_length) :])[:, -1]


def require_tokens(ids: Int[Tensor, " time"], least: int) -> None:
    """Raise ValueError when there are fewer than `least` ids."""
    if len(ids) < least:
        raise ValueError(
            f"{len(ids)} token(s) were given; at least {least} are needed. A text that begins with "
            "the mark between documents, tokenizer.eos_id, can be scored from its first character."
        )


def require_ids(ids: Int[Tensor, "*batch time"], vocab_size: int) -> None:
    """Raise ValueError when there are no ids, or one of them is not in the vocabulary."""
    ids = torch.func.debug_unwrap(ids)  # within torch.func.vmap, the ids of all rows: they are read
    if not ids.numel():
        raise ValueError("there are no tokens: a model reads at least one.")
    if int(ids.max()) >= vocab_size or int(ids.min()) < 0:
        wrong = ids[(ids >= vocab_size) | (ids < 0)][0]
        raise ValueError(
            f"token id {int(wrong)} is outside 0…{vocab_size - 1}, the vocabulary of this model: "
            "was the text encoded by the model's own tokenizer?"
        )
