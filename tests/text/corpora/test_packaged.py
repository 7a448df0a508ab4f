import pytest

from lmlab import sources
from lmlab.sources import Found
from lmlab.text.corpora import Labelled, Pair, load
from lmlab.text.corpora.catalogue import CATALOGUE, Packaged
from lmlab.text.corpora.packaged import articles, enwik8, movie_reviews, split_pairs, tales, tatoeba
from lmlab.text.corpora.splits import Windows

PACKAGED = [name for name, (_, origin) in CATALOGUE.items() if isinstance(origin, Packaged)]


@pytest.fixture
def found(tmp_path):
    return Found(tmp_path, "cache")


def test_articles_are_cut_at_first_level_headings_and_nothing_is_lost():
    one = " \n = One = \n \n Text . \n \n = = Part = = \n \n a = 1 \n = b = \n"
    two = " \n = Two ( 2 ) = \n \n Text . \n"
    assert articles(one + two) == [one, two]


def test_pages_of_enwik8_join_to_the_exact_bytes(found, monkeypatch):
    data = "<mediawiki>\n" + "".join(f"  <page>\n{n} é\n  </page>\n" for n in range(20))
    monkeypatch.setattr("lmlab.text.corpora.packaged.ENWIK8_SPLITS", (0, 200, 300, None))
    found.path("enwik8").write_bytes(data.encode())
    assert "".join(page for part in enwik8(found) for page in part) == data
    assert all(page.startswith("  <page>") for page in enwik8(found)[0][1:])


def test_pairs_keep_their_attribution(found):
    rows = [f"Sentence {n}.\tFrase {n}.\tCC-BY (author {n})" for n in range(100)]
    found.path("pairs.tsv").write_text("\n".join(rows) + "\n")
    train, validation, test = tatoeba("pairs.tsv")(found)
    assert Pair("Sentence 7.", "Frase 7.", "CC-BY (author 7)") in [*train, *validation, *test]
    assert (len(train), len(validation), len(test)) == (96, 2, 2)


def test_a_sentence_and_all_its_translations_stay_on_one_side():
    pairs = [Pair(f"en {n // 2}", f"es {n // 4}") for n in range(200)]
    parts = split_pairs(pairs, held_out=0.2)
    assert all(parts)
    for side in (lambda pair: pair.source, lambda pair: pair.target):
        sentences = [{side(pair) for pair in part} for part in parts]
        assert not (sentences[0] & sentences[1] or sentences[0] & sentences[2])
        assert not sentences[1] & sentences[2]


def test_reviews_are_labelled_and_counted_once(found):
    rows = "".join(f'"{1 if n % 2 else -1}","review ""{n}"" . \n"\n' for n in range(40))
    found.path("movie-reviews.csv").write_text("\ufeff" + rows + rows, encoding="utf-8")
    parts = movie_reviews(found)
    assert sum(map(len, parts)) == 40
    assert Labelled('review "3" .', "positive") in [item for part in parts for item in part]


def test_tales_carry_their_titles(found):
    head = "Topic\tTitle\tContent\nd\tstring\tstring\nclass\t\t\n\n"
    rows = "".join(f"x\tTale {n}\tOnce, {n} times.\n" for n in range(3))
    found.path("tales.tsv").write_text(head + rows)
    assert sorted(sum(tales("tales.tsv")(found), [])) == [
        f"Tale {n}\n\nOnce, {n} times." for n in range(3)
    ]


@pytest.mark.long
@pytest.mark.parametrize("name", PACKAGED)
def test_the_real_corpora(name):
    try:
        corpus = load(name, verbose=False)
    except sources.Unreachable as error:
        pytest.skip(str(error))
    assert corpus.train and corpus.validation and corpus.test
    if corpus.separator:  # the benchmarks keep their published splits
        known = Windows(corpus.text("train"))
        assert not any(known.hits(corpus.text(split)).any() for split in ("validation", "test"))


@pytest.mark.long
def test_wikitext_and_enwik8_are_the_published_files():
    try:
        wikitext, wikipedia = load("wikitext-2", verbose=False), load("enwik8", verbose=False)
    except sources.Unreachable as error:
        pytest.skip(str(error))
    assert [len(part) for part in (wikitext.train, wikitext.validation, wikitext.test)] == [
        600,
        60,
        60,
    ]
    sizes = [len(wikipedia.text(s).encode()) for s in ("train", "validation", "test")]
    assert sizes == [90_000_000, 5_000_000, 5_000_000]
