import pytest

from lmlab.text.corpora import load
from lmlab.text.corpora.python_text import clean
from lmlab.text.corpora.splits import WINDOW

TOPIC = """Assignment statements
*********************

Assignment statements are used to (re)bind names to values and to
modify attributes or items of mutable objects:

   assignment_stmt ::= (target_list "=")+ starred_expression
   target_list     ::= target

+------+------+
| x    | y    |
+------+------+

* If the target list is a single target with no trailing comma, then the
  object is assigned to that target.

      >>> a = 1
      >>> b = 2
"""


def windows(text):
    return {text[i : i + WINDOW] for i in range(len(text) - WINDOW + 1)}


@pytest.fixture(scope="module")
def reference():
    return load("python-reference", verbose=False)


def test_wrapped_lines_are_joined_and_what_is_no_prose_left_out():
    assert clean(TOPIC).split("\n\n") == [
        "Assignment statements",
        "Assignment statements are used to (re)bind names to values and to "
        "modify attributes or items of mutable objects:",
        "* If the target list is a single target with no trailing comma, then the "
        "object is assigned to that target.",
        "      >>> a = 1\n      >>> b = 2",
    ]


def test_no_held_out_passage_of_the_reference_stands_in_its_training_text(reference):
    train = windows(reference.text("train"))
    assert train.isdisjoint(windows(reference.text("validation")))
    assert train.isdisjoint(windows(reference.text("test")))


def test_the_reference_is_prose_in_useful_sizes(reference):
    assert len(reference.text("train")) > 200_000
    assert all(len(reference.text(split)) > 20_000 for split in ("validation", "test"))
    assert "::=" not in reference.text("train") and "****" not in reference.text("train")
    assert reference.served_by == "on this machine"


@pytest.mark.long
def test_the_librarys_source_is_large_and_its_splits_share_nothing():
    source = load("python-source", verbose=False)
    assert sum(len(source.text(split)) for split in ("train", "validation", "test")) > 8_000_000
    held_out = windows(source.text("test")) | windows(source.text("validation"))
    train = source.text("train")
    assert not any(train[i : i + WINDOW] in held_out for i in range(len(train) - WINDOW + 1))


def test_a_library_without_its_tests_is_smaller(tmp_path, monkeypatch):
    for name in ("a.py", "b.py", "c/d.py", "test/test_a.py", "site-packages/other.py"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(f"# This is {name}\n")
    (tmp_path / "latin.py").write_bytes(b"# caf\xe9\n")
    monkeypatch.setattr("sysconfig.get_path", lambda _: str(tmp_path))
    for tests, count in ((True, 4), (False, 3)):
        corpus = load("python-source", verbose=False, tests=tests)
        assert sum(len(corpus.documents(s)) for s in ("train", "validation", "test")) == count
