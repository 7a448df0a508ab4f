"""Spans as one tag for each token: B- begins a span, I- goes on with it, O is outside of all.

Built in chapter 6.4.
"""

from collections.abc import Iterable, Sequence

TagSpan = tuple[str, int, int]
"""A label, and the first and last token that it is given to."""


def bio_tags(n_tokens: int, spans: Iterable[TagSpan]) -> list[str]:
    """The tags of a text of n tokens with these spans, of which no two share a token.

    Source: Ramshaw & Marcus 1995 (arXiv cmp-lg/9505040); the B of each span as in CoNLL-2002.
    """
    tags = ["O"] * n_tokens
    for label, first, last in spans:
        if any(tag != "O" for tag in tags[first : last + 1]):
            raise ValueError(f"{label} {first}–{last} shares a token with another span.")
        tags[first : last + 1] = [f"B-{label}"] + [f"I-{label}"] * (last - first)
    return tags


def bio_spans(tags: Sequence[str]) -> list[TagSpan]:
    """The spans that tags stand for, in order, their last token included.

    An I- that does not go on with a span of its own label begins one: a model may forget the B-.
    """
    spans: list[TagSpan] = []
    before = "O"
    for place, tag in enumerate(tags):
        kind, _, label = tag.partition("-")
        if kind == "I" and before[2:] == label:
            spans[-1] = (label, spans[-1][1], place)
        elif kind != "O":
            spans.append((label, place, place))
        before = tag
    return spans
