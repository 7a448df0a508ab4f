"""BERT's objective: some tokens of a text are hidden, and the model restores them.

Built in chapter 2.1.
"""

from collections.abc import Sequence

import numpy as np
import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor

from lmlab.text.batches import IGNORED, Batch, Batches


def hide_tokens(
    ids: Int[Tensor, "*batch time"],
    chosen: Bool[Tensor, "*batch time"],
    u: Float[Tensor, "*batch time"],
    random_ids: Int[Tensor, "*batch time"],
    mask_id: int,
) -> tuple[Int[Tensor, "*batch time"], Int[Tensor, "*batch time"]]:
    """BERT's inputs and targets: the model is to restore the chosen tokens.

    `u`, uniform in [0, 1), decides what becomes of a chosen token: below 0.8 it is replaced by the
    mask, from 0.8 to below 0.9 by the token of `random_ids`, from 0.9 on it stays as it is. The
    targets are the tokens themselves where they are chosen, and -100, which the loss ignores,
    elsewhere.
    Source: Devlin et al. 2019, section 3.1 (arXiv 1810.04805).
    """
    becomes_mask = chosen & (u < 0.8)
    becomes_random = chosen & (u >= 0.8) & (u < 0.9)
    inputs = torch.where(becomes_mask, mask_id, ids)
    inputs = torch.where(becomes_random, random_ids, inputs)
    targets = torch.where(chosen, ids, IGNORED)
    return inputs, targets


def mask_tokens(
    ids: Int[Tensor, "batch time"],
    mask_id: int,
    vocab_size: int,
    generator: torch.Generator,
    share: float = 0.15,
    special: Sequence[int] = (),
) -> tuple[Int[Tensor, "batch time"], Int[Tensor, "batch time"]]:
    """Choose a share of the tokens of each row at random, and hide them as `hide_tokens` does.

    The share is rounded to whole tokens, at least one; ids in `special` are never among them.
    Source: Devlin et al. 2019, section 3.1, and their code, `create_masked_lm_predictions`.
    """
    if not 0 < share <= 1:
        raise ValueError(f"share={share} must be above 0 and at most 1; BERT's is 0.15.")
    n_chosen = max(1, round(share * ids.size(-1)))
    order = torch.rand(ids.shape, generator=generator)
    order[torch.isin(ids, torch.tensor(special, dtype=ids.dtype))] = torch.inf
    last = order.kthvalue(n_chosen, dim=-1, keepdim=True).values
    chosen = (order <= last) & order.isfinite()
    u = torch.rand(ids.shape, generator=generator)
    random_ids = torch.randint(vocab_size - 1, ids.shape, generator=generator)
    random_ids += random_ids >= mask_id  # any token but the mask
    return hide_tokens(ids, chosen, u, random_ids, mask_id)


class MaskedBatches(Batches):
    """`Batches` whose targets are hidden tokens of the block, not the tokens that follow.

    What comes next, and what is hidden in it, depends on nothing but (`seed`, `position`). The
    token that blocks begin with is never hidden.
    """

    def __init__(
        self,
        tokens: np.ndarray,
        batch_size: int,
        context_length: int,
        seed: int = 0,
        begin_with: int | None = None,
        *,
        mask_id: int,
        vocab_size: int,
    ):
        super().__init__(tokens, batch_size, context_length, seed, begin_with)
        self.mask_id, self.vocab_size = mask_id, vocab_size
        self._special = () if begin_with is None else (begin_with,)

    def __next__(self) -> Batch:
        (chance,) = np.random.SeedSequence((self.seed, self.position)).generate_state(1)
        generator = torch.Generator().manual_seed(int(chance))
        own = super().__next__().inputs
        ids = own.new_zeros(self.batch_size, self.context_length)
        ids[self.rows] = own  # chance is drawn for all rows, whoever reads them
        masked = mask_tokens(ids, self.mask_id, self.vocab_size, generator, special=self._special)
        return Batch(*(each[self.rows] for each in masked))
