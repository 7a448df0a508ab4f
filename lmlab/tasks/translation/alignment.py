"""Word alignment: which word of a translation renders which word of the source.

Built in chapter 6.1, where cross-attention is held against the scene that both sentences tell.
"""

from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from itertools import product

from jaxtyping import Float
from torch import Tensor

from lmlab.text.tokenizer import Tokenizer
from lmlab.text.town.links import Link

TokenLink = tuple[int, int]
"""(source place, target place) of two tokens that render each other."""
Links = AbstractSet[tuple]
"""Such links of one pair; of a whole corpus, each with the number of its pair before it."""
Span = tuple[int, int]


def alignment_error_rate(links: Links, sure: Links, possible: Links) -> float:
    """1 - (|links ∩ sure| + |links ∩ possible|) / (|links| + |sure|): 0 is best, 1 worst.

    `sure` links must be found, `possible` ones (the sure among them) may be: a link that is not
    even possible is an error, and so is a sure one that is missing.
    Source: Och & Ney 2003, section 5 (J03-1002).
    """
    found = len(links & sure) + len(links & possible)
    wanted = len(links) + len(sure)
    return 1 - found / wanted if wanted else 0.0


def attention_links(
    weights: Float[Tensor, "target source"], targets: Iterable[int]
) -> set[TokenLink]:
    """Each of these target places with the source place that its row of weights looks at most."""
    looked_at = weights.argmax(dim=-1).tolist()
    return {(looked_at[target], target) for target in targets}


def scene_links(
    tokenizer: Tokenizer, pair: tuple[str, str], links: Sequence[Link]
) -> tuple[set[TokenLink], set[TokenLink]]:
    """Sure and possible links between the tokens of a pair, from those of its scene.

    A sure link of the scene is a sure one of tokens when its source word is a single token: of
    "under a bench" none renders 长椅 alone.
    """
    source, target = (_spans(tokenizer, text) for text in pair)
    sure, possible = set(), set()
    for link in links:
        here, there = _touched(source, link.english), _touched(target, link.chinese)
        possible |= set(product(here, there))
        if link.sure and len(here) == 1:
            sure |= set(product(here, there))
    return sure, possible


def _spans(tokenizer: Tokenizer, text: str) -> list[Span]:
    """Where each token of the text stands, a space before it left out."""
    ids = tokenizer.encode(text)
    ends = [len(tokenizer.decode(ids[: place + 1])) for place in range(len(ids))]
    starts = [0, *ends[:-1]]
    return [(a + text[a:b].startswith(" "), b) for a, b in zip(starts, ends, strict=True)]


def _touched(spans: Sequence[Span], span: Span) -> list[int]:
    """The places of the tokens that share a character with the span."""
    return [i for i, (start, end) in enumerate(spans) if start < span[1] and span[0] < end]
