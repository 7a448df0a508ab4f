"""Translations are shown as text, the best first, and searched for anew when a control moves."""

import pytest

from lmlab.viz.labs import translations
from lmlab.viz.labs.translations import Translations, translation_lab

FOUND = (("风筝", -0.5), ("<b>", -1.5))


def test_the_best_comes_first_with_its_score():
    shown = Translations("kite", FOUND, {"dictionary": "风"})
    assert repr(shown).splitlines() == [
        "kite",
        "    -0.50  风筝",
        "    -1.50  <b>",
        "  dictionary: 风",
    ]


def test_texts_are_shown_as_text_and_never_as_html():
    html = Translations("a < b", FOUND, {"x&y": "<i>"})._repr_html_()
    assert "<b>kite" not in html and "a &lt; b" in html
    assert "&lt;b&gt;" in html and "x&amp;y" in html and "&lt;i&gt;" in html


def test_a_bar_is_as_long_as_a_translation_is_likely_beside_the_best():
    html = Translations("kite", FOUND, {})._repr_html_()
    assert "100%" in html and "37%" in html  # e^-1


def test_nothing_written_is_said_to_be_nothing():
    assert "(nothing)" in Translations("kite", (("", -1.0),), {})._repr_html_()


@pytest.fixture
def lab(monkeypatch):
    """What `translation_lab` hands to `show_live`."""
    kept = {}
    monkeypatch.setattr(
        translations, "show_live", lambda draw, controls: kept.update(draw=draw, controls=controls)
    )
    return kept


def test_the_controls_are_what_the_translator_is_asked_with(lab):
    asked = []

    def translate(text, num_beams, length_penalty):
        asked.append((text, num_beams, length_penalty))
        return FOUND

    translation_lab(translate, "kite", num_beams=2, beside={"copy": str})
    values = {name: control.value for name, control in lab["controls"].items()}
    shown = lab["draw"](**values)
    assert asked == [("kite", 2, 0.6)]
    assert shown.found == FOUND and shown.beside == {"copy": "kite"}
