"""Many texts made into rows of one length. Built in chapter 7."""

from collections.abc import Iterable, Sequence
from itertools import chain


def cut_into_blocks(texts: Iterable[Sequence[int]], length: int, end_id: int) -> list[list[int]]:
    """All texts one behind the other, each with its end mark, cut into blocks of `length` ids.

    A text may end in the middle of a block, and the rest that fills no block is left out. So no
    place of a batch is padding. Built in chapter 7.
    """
    if length < 1:
        raise ValueError(f"length={length} must be 1 or more: the ids of a block.")
    stream = list(chain.from_iterable((*text, end_id) for text in texts))
    whole = len(stream) - len(stream) % length
    return [stream[start : start + length] for start in range(0, whole, length)]
