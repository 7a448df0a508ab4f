"""How much of a summary is copied, and where a model looks as it copies. Built in chapter 6.3."""

from collections.abc import Sequence

from jaxtyping import Float, Int
from torch import Tensor

from lmlab.tasks.summarisation.overlap import words_of

Span = tuple[int, int]


def copied_fragments(text: Sequence[str], summary: Sequence[str]) -> list[Span]:
    """The runs of the summary, as summary[start:end], that stand in the text word for word.

    From left to right, each as long as it can be; what stands in no run was not copied.
    Source: Grusky, Naaman & Artzi 2018, figure 3 (arXiv 1804.11283).
    """
    fragments, start = [], 0
    while start < len(summary):
        longest = max((_shared(text[i:], summary[start:]) for i in range(len(text))), default=0)
        if longest:
            fragments.append((start, start + longest))
        start += max(longest, 1)
    return fragments


def copied(text: str, summary: str) -> tuple[float, float]:
    """The share of the summary's words that are copied, and the mean length of the runs.

    The first is the coverage of Grusky et al. 2018.
    """
    words = words_of(summary)
    lengths = [end - start for start, end in copied_fragments(words_of(text), words)]
    return sum(lengths) / max(len(words), 1), sum(lengths) / max(len(lengths), 1)


def _shared(first: Sequence[str], second: Sequence[str]) -> int:
    """How many words the two begin with in common."""
    n = 0
    for one, other in zip(first, second, strict=False):
        if one != other:
            break
        n += 1
    return n


def copying_attention(
    weights: Float[Tensor, "*heads target source"],
    source_ids: Int[Tensor, " source"],
    target_ids: Int[Tensor, " target"],
) -> Float[Tensor, "*heads target"]:
    """For each token that is written, the attention that goes to the same token of the source.

    Row i of the weights is where the decoder looks while it writes target_ids[i].
    """
    same = target_ids[:, None] == source_ids  # (target, source)
    return (weights * same).sum(dim=-1)
