"""Tokens made visible: a space, a line end or a hidden control character can be seen in a view."""

import unicodedata
from collections.abc import Iterable

_MARKS = {" ": "·", "\n": "↵", "\t": "⇥", "\r": "␍", "\x7f": "␡"}
_JOINER = "\u200d"  # holds the parts of one emoji together


def show(token: str, limit: int = 40) -> str:
    """The token as it can be read: nothing invisible, nothing that reorders its neighbours.

    A space becomes `·`, a line end `↵`, other control characters their picture (`␀`), and every
    further character without a shape of its own (bidirectional controls, zero-width and unusual
    spaces, lone surrogates) its code point: `⟨U+202E⟩`. Text longer than `limit` characters is
    cut with `…`. The result may still hold `<` or `&`: a view writes it as text, never as HTML.

    Built in chapter 00.
    """
    seen = "".join(_visible(token, i) for i in range(len(token)))
    if not seen:
        return "⟨empty⟩"
    if unicodedata.combining(seen[0]):
        seen = "◌" + seen
    return seen if len(seen) <= limit else seen[: limit - 1] + "…"


def show_all(tokens: Iterable[str]) -> list[str]:
    """`show` for each token."""
    return [show(token) for token in tokens]


def _visible(token: str, i: int) -> str:
    char = token[i]
    if char in _MARKS:
        return _MARKS[char]
    if char < " ":
        return chr(0x2400 + ord(char))
    if char == _JOINER and 0 < i < len(token) - 1:
        return char
    if unicodedata.category(char) in ("Cc", "Cf", "Cs", "Zs", "Zl", "Zp"):
        return f"⟨U+{ord(char):04X}⟩"
    return char
