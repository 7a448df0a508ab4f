import json
from dataclasses import replace

import pyarrow
import pyarrow.parquet
import pytest

from lmlab.sources import Unreachable, hub
from lmlab.text.corpora import Labelled, Pair, Question, fetch, load
from lmlab.text.corpora.catalogue import CATALOGUE
from lmlab.text.corpora.hub import HUB

ROWS = {
    "shakespeare": lambda n: {"text": f"First Citizen:\nSpeak {n}."},
    "tinystories": lambda n: {"text": f"\nOne day {n} frogs sang.\n"},
    "imdb": lambda n: {"text": f"film {n}", "label": n % 2},
    "squad": lambda n: {
        "title": f"t{n // 3}",
        "context": f"Paris has {n} bridges.",
        "question": f"How many? {n}",
        "answers": {"text": [str(n)], "answer_start": [10]},
    },
    "opus-100-en-zh": lambda n: {"translation": {"en": f"{n} horses", "zh": f"{n}匹马"}},
    "cnn-dailymail": lambda n: {"article": f"News {n}", "highlights": f"n {n}"},
}
FIRST = {
    "shakespeare": "First Citizen:\nSpeak 0.",
    "tinystories": "One day 0 frogs sang.",
    "imdb": Labelled("film 0", "negative"),
    "squad": Question("Paris has 0 bridges.", "How many? 0", ("0",), (10,)),
    "opus-100-en-zh": Pair("0 horses", "0匹马"),
    "cnn-dailymail": Pair("News 0", "n 0"),
}


@pytest.fixture
def local(tmp_path, monkeypatch):
    """Puts a folder laid out like the hub's in place of a corpus on the hub."""
    monkeypatch.setenv("LMLAB_CACHE", str(tmp_path / "cache"))

    def place(name):
        info, origin = CATALOGUE[name]
        folder = tmp_path / name
        folder.mkdir()
        config = origin.data.configuration or "default"
        files = [{"split": theirs, "path": f"{theirs}-*"} for _, theirs in origin.data.splits]
        configs = json.dumps([{"config_name": config, "data_files": files}])
        (folder / "README.md").write_text(f"---\nconfigs: {configs}\n---\n")
        for _, split in origin.data.splits:
            table = pyarrow.Table.from_pylist([ROWS[name](n) for n in range(60)])
            pyarrow.parquet.write_table(table, folder / f"{split}-00000-of-00001.parquet")
        here = replace(origin, data=replace(origin.data, repository=str(folder)))
        monkeypatch.setitem(CATALOGUE, name, (info, here))

    return place


@pytest.mark.parametrize("name", list(HUB))
def test_rows_become_documents_and_come_from_the_cache_the_next_time(local, name, capsys):
    local(name)
    corpus = load(name)
    assert FIRST[name] in [*corpus.train, *corpus.validation, *corpus.test]
    assert corpus.train and corpus.validation and corpus.test
    assert corpus.served_by == "hub"
    again = load(name)
    assert again.served_by == "cache" and again.train == corpus.train
    assert f"{name}: from the cache; {corpus.info.licence}\n" in capsys.readouterr().out


def test_questions_on_one_article_stay_together(local):
    local("squad")
    squad = load("squad", verbose=False)
    passages = {item.passage for item in squad.train}
    assert len(squad.validation) == 60  # as published
    assert squad.test and not passages & {item.passage for item in squad.test}


def test_offline_the_refusal_names_what_needs_no_network(monkeypatch, tmp_path):
    monkeypatch.setenv("LMLAB_CACHE", str(tmp_path))
    monkeypatch.setattr(hub, "reachable", lambda url: False)
    for attempt in (load, fetch):
        with pytest.raises(Unreachable, match=r"roneneldan/TinyStories .*: town, python-reference"):
            attempt("tinystories")


def test_every_revision_is_a_commit_or_the_hubs_own_conversion():
    revisions = {origin.data.revision for origin in HUB.values()}
    assert all(len(r) == 40 or r == "refs/convert/parquet" for r in revisions)
