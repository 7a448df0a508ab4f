"""Folders laid out as the hub's data sets, made small for the purpose."""

import json

import pyarrow
import pyarrow.parquet
import pytest

from lmlab.sources import Unreachable, hub
from lmlab.text.corpora import Labelled, Pair, Question, load
from lmlab.text.corpora.tables import load_hub

PASSAGE = "Mia lost her hat on the hill. Leo found it."


def asked(question, *answers, title="Hats"):
    return {
        "id": question,
        "title": title,
        "context": PASSAGE,
        "question": question,
        "answers": {"text": list(answers), "answer_start": [PASSAGE.index(a) for a in answers]},
    }


LAYOUTS = {
    "squad": (
        [asked("Who found it?", "Leo"), asked("Who sold it?")],
        [
            Question(PASSAGE, "Who found it?", ("Leo",), (30,)),
            Question(PASSAGE, "Who sold it?", (), ()),
        ],
    ),
    "opus": (
        [
            {"translation": {"zh": "你好。", "en": "Hello."}},
            {"translation": {"en": "No.", "zh": "不。"}},
        ],
        [Pair("Hello.", "你好。"), Pair("No.", "不。")],
    ),
    "tatoeba": ([{"translation": {"es": "Sí.", "pt": "Sim."}}], [Pair("Sí.", "Sim.")]),
    "cnn": (
        [{"article": "A long day.\nIt rained.", "highlights": "Rain .", "id": "1"}],
        [Pair("A long day.\nIt rained.", "Rain .")],
    ),
    "imdb": (
        [{"text": "Dull.", "label": 0}, {"text": "Bright.", "label": 1}],
        [Labelled("Dull.", "negative"), Labelled("Bright.", "positive")],
    ),
    "sst2": (
        [{"idx": 0, "sentence": "dull ", "label": 0}, {"idx": 1, "sentence": "?", "label": -1}],
        [Labelled("dull ", "negative")],
    ),
    "named": ([{"text": "so so", "label": "neutral"}], [Labelled("so so", "neutral")]),
}


def write_parquet(folder, split, rows):
    table = pyarrow.Table.from_pylist(rows)
    pyarrow.parquet.write_table(table, folder / f"{split}-00000-of-00001.parquet")


def write_jsonl(folder, split, rows):
    lines = (json.dumps(row, ensure_ascii=False) for row in rows)
    (folder / f"{split}.jsonl").write_text("\n".join(lines), encoding="utf-8")


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("LMLAB_CACHE", str(tmp_path / "cache"))


@pytest.fixture
def folder(tmp_path):
    path = tmp_path / "set"
    path.mkdir()
    return path


@pytest.mark.parametrize("write", [write_parquet, write_jsonl])
@pytest.mark.parametrize("layout", LAYOUTS)
def test_each_layout_is_told_by_its_columns(folder, layout, write, capsys):
    rows, documents = LAYOUTS[layout]
    for split in ("train", "validation", "test"):
        write(folder, split, rows)
    corpus = load(folder)
    assert corpus.train == corpus.validation == corpus.test == documents
    assert (corpus.name, corpus.served_by) == ("set", "on this machine")
    kinds = {Question: "questions", Pair: "pairs", Labelled: "labelled"}
    assert corpus.info.kind == kinds[type(documents[0])]


def test_a_card_may_stand_beside_the_files_and_a_file_may_stand_alone(folder):
    write_jsonl(folder, "train", LAYOUTS["imdb"][0])
    (folder / "README.md").write_text("# A set\n")
    (folder / "table.csv").write_text("sentence,label\ngood,1\nbad,0\nfair,1\n")
    alone = load(folder / "table.csv", verbose=False)
    documents = [*alone.train, *alone.validation, *alone.test]
    assert sorted(documents, key=str) == [
        Labelled("bad", "negative"),
        Labelled("fair", "positive"),
        Labelled("good", "positive"),
    ]
    (folder / "table.csv").unlink()
    assert len(load(folder, verbose=False).train) > 0


def test_a_split_that_is_missing_is_carved_out_of_train_by_title(folder):
    rows = [asked(f"Who did {n}?", "Leo", title=f"t{n // 3}") for n in range(60)]
    write_parquet(folder, "train", rows)
    write_parquet(folder, "validation", rows[:2])
    corpus = load(folder, verbose=False)
    assert len(corpus.validation) == 2 and corpus.test
    titles = {int(each.question[8:-1]) // 3 for each in corpus.train}
    assert titles.isdisjoint(int(each.question[8:-1]) // 3 for each in corpus.test)


def squad_file(version, *qas):
    paragraphs = [{"context": PASSAGE, "qas": list(qas)}]
    return json.dumps({"version": version, "data": [{"title": "Hats", "paragraphs": paragraphs}]})


def test_squads_own_files_of_both_versions_are_read(folder):
    found = {"answer_start": 30, "text": "Leo"}
    one = {"id": "1", "question": "Who found it?", "answers": [found, found]}
    (folder / "dev-v1.1.json").write_text(squad_file("1.1", one))
    corpus = load(folder, verbose=False)
    expected = Question(PASSAGE, "Who found it?", ("Leo", "Leo"), (30, 30))
    assert corpus.validation == [expected] and not corpus.train

    impossible = {
        "id": "2",
        "question": "Who sold it?",
        "answers": [],
        "is_impossible": True,
        "plausible_answers": [found],
    }
    (folder / "dev-v2.0.json").write_text(squad_file("v2.0", one, impossible))
    alone = load(folder / "dev-v2.0.json", verbose=False)
    assert alone.validation == [expected, Question(PASSAGE, "Who sold it?", (), ())]


def test_other_columns_are_refused_with_those_found_and_those_wanted(folder):
    write_jsonl(folder, "train", [{"review": "good", "stars": 5}])
    message = "columns review, stars. Wanted .* context, question, answers; translation; .* label"
    with pytest.raises(ValueError, match=message):
        load(folder, verbose=False)


def test_what_holds_no_rows_is_refused_in_a_sentence(folder):
    (folder / "train.json").write_text("{not json")
    with pytest.raises(ValueError, match="set cannot be read as a data set"):
        load(folder, verbose=False)


def test_a_folder_of_texts_is_still_one_when_a_table_lies_in_it(folder):
    for name in "abc":
        (folder / f"{name}.txt").write_text(f"Text {name}.")
    (folder / "settings.json").write_text("{}")
    assert load(folder, verbose=False).info.kind == "text"


def test_a_name_on_the_hub_is_read_once_and_then_from_the_cache(folder):
    write_parquet(folder, "train", LAYOUTS["imdb"][0] * 3)
    write_parquet(folder, "test", LAYOUTS["imdb"][0])
    corpus, again = (load_hub(str(folder), [], progress=False) for _ in range(2))
    assert (corpus.served_by, again.served_by) == ("hub", "cache")
    assert corpus.test == again.test == LAYOUTS["imdb"][1]


def test_offline_a_name_on_the_hub_is_refused_with_what_is_here(monkeypatch):
    monkeypatch.setattr(hub, "reachable", lambda url: False)
    with pytest.raises(Unreachable, match=r"rajpurkar/squad_v2 lives on .*: town, python-ref"):
        load("rajpurkar/squad_v2", verbose=False)
