"""Where the labels come from: a text, and the same text one token later."""

from jaxtyping import Int64
from torch import Tensor


def next_token_pairs(
    ids: Int64[Tensor, " n_tokens"], context_length: int
) -> tuple[Int64[Tensor, "blocks time"], Int64[Tensor, "blocks time"]]:
    """The text in blocks of `context_length`, and for each token the one that follows it.

    targets[b, t] stands right after inputs[b, t] in the text: nobody wrote a label, the text is its
    own. Blocks do not overlap; tokens left over at the end, too few for a block, are dropped.
    Raises ValueError when there is not even one block and the token after it. Built in chapter 01.
    """
    n_blocks = (len(ids) - 1) // context_length if context_length > 0 else 0
    if n_blocks < 1:
        raise ValueError(
            f"{len(ids)} tokens and context_length={context_length} were given; a block needs "
            "context_length ≥ 1 tokens and one more, its last target."
        )
    n_inputs = n_blocks * context_length
    inputs = ids[:n_inputs].view(n_blocks, context_length)
    targets = ids[1 : n_inputs + 1].view(n_blocks, context_length)
    return inputs, targets
