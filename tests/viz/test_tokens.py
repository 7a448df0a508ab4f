import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lmlab.viz.tokens import show

ANY_TEXT = st.text(st.characters(codec=None, exclude_categories=()))


@pytest.mark.parametrize(
    ("token", "seen"),
    [
        (" the", "·the"),
        ("\n", "↵"),
        ("\t", "⇥"),
        ("\x00", "␀"),
        ("", "⟨empty⟩"),
        ("猫", "猫"),
        ("\u202eabc", "⟨U+202E⟩abc"),
        ("a\u200bb", "a⟨U+200B⟩b"),
        ("\u3000", "⟨U+3000⟩"),
        ("\ud800", "⟨U+D800⟩"),
        ("\u0301", "◌\u0301"),
        ("<b>", "<b>"),
    ],
)
def test_invisible_characters_can_be_seen(token, seen):
    assert show(token) == seen


def test_an_emoji_made_of_parts_stays_whole():
    assert show("👩\u200d🚀") == "👩\u200d🚀"
    assert show("\u200d") == "⟨U+200D⟩"


def test_long_tokens_are_cut():
    assert show("a" * 100) == "a" * 39 + "…"


@given(ANY_TEXT)
def test_nothing_shown_is_invisible_or_unprintable(token):
    seen = show(token)
    assert seen.strip()
    assert len(seen) <= 40
    seen.encode("utf-8")
    hidden = {c for c in seen if unicodedata.category(c) in ("Cc", "Cf", "Cs", "Zs", "Zl", "Zp")}
    assert hidden <= {"\u200d"}
