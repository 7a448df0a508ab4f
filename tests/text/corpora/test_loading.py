import pytest

from lmlab.text import corpora


@pytest.fixture(autouse=True)
def empty_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("LMLAB_CACHE", str(tmp_path))


def test_the_source_and_the_licence_are_said(capsys):
    corpora.load("python-reference")
    assert capsys.readouterr().out == "python-reference: on this machine; PSF-2.0\n"
    corpora.load("python-reference", verbose=False)
    assert capsys.readouterr().out == ""


def test_an_unknown_name_lists_the_near_ones_and_all():
    with pytest.raises(ValueError, match=r"Did you mean wikitext-2\?.*town, python-reference"):
        corpora.load("wikitext2")
    with pytest.raises(ValueError, match=r"'zzz'\. The corpora are town"):
        corpora.fetch("zzz")


def test_options_that_a_corpus_does_not_take_are_refused():
    with pytest.raises(TypeError, match="wikitext-2 takes no options, but was given language"):
        corpora.load("wikitext-2", language="en")
    with pytest.raises(TypeError, match="town takes the options documents, language, seed"):
        corpora.load("town", lang="en")
    with pytest.raises(TypeError, match="your own text takes no options"):
        corpora.load("README.md", language="en")


def test_what_is_present_needs_no_network():
    infos = {info.name: info for info in corpora.available()}
    assert all(infos[name].present for name in ("town", "python-reference", "python-source"))
    assert not any(infos[name].present for name in ("wikitext-2", "imdb"))
    assert all(info.licence and info.description.endswith(".") for info in infos.values())
    assert corpora.fetch("python-reference").present


@pytest.mark.parametrize("language", ["en", "zh"])
def test_town_is_generated_in_both_languages(language):
    town = corpora.load("town", documents=40, language=language, verbose=False)
    assert (len(town.train), town.served_by) == (40, "generated")
    assert town.validation and town.test and set(town.train).isdisjoint(town.test)
    assert any("\u4e00" <= c <= "\u9fff" for c in town.text()) == (language == "zh")


def test_town_refuses_other_languages_and_nothing_at_all():
    with pytest.raises(ValueError, match="'fr'.*en.*zh"):
        corpora.load("town", language="fr")
    with pytest.raises(ValueError, match="documents=0"):
        corpora.load("town", documents=0)
