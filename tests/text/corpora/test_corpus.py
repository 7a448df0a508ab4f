import dataclasses

import pytest

from lmlab.text.corpora import Corpus, CorpusInfo, Labelled, Pair, Question

INFO = CorpusInfo(
    name="tiny",
    title="Tiny <corpus>",
    licence="CC0",
    source="here & there",
    kind="text",
    bytes=10,
    served="file",
    description="A test.",
)


@pytest.fixture
def corpus():
    return Corpus(INFO, ["<b>bold</b>\nline\n" + "x" * 300, "two"], ["three"], ["four"], "cache")


def test_the_text_of_a_split_is_its_documents_joined(corpus):
    assert corpus.text("validation") == "three"
    assert corpus.text().endswith("x\n\ntwo")
    assert dataclasses.replace(corpus, separator="").text().endswith("xtwo")


def test_an_unknown_split_is_named(corpus):
    with pytest.raises(ValueError, match="'valid' is none of train, validation, test"):
        corpus.text("valid")


def test_the_card_shows_sizes_licence_and_first_lines_as_text(corpus):
    card = corpus._repr_html_()
    assert "&lt;b&gt;bold&lt;/b&gt;" in card and "<b>" not in card
    assert "Tiny &lt;corpus&gt;" in card and "here &amp; there" in card and "CC0" in card
    assert "2 documents" in card and "x" * 200 not in card


def test_the_short_form_fits_on_a_line(corpus):
    assert repr(corpus) == "Corpus(tiny: train 2, validation 1, test 1 documents; cache; CC0)"


def test_every_kind_of_document_has_a_text():
    assert str(Pair("horse", "马")) == "horse\t马"
    assert str(Labelled("good", "positive")) == "good"
    assert str(Question("It rains.", "What?", ("rains",), (3,))) == "It rains.\nWhat?\nrains"
    assert str(Question("It rains.", "Why?", (), ())) == "It rains.\nWhy?\n"


def test_a_corpus_cannot_be_changed(corpus):
    with pytest.raises(dataclasses.FrozenInstanceError):
        corpus.train = []
