import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lmlab.text.corpora.splits import WINDOW, Windows, assign, split_documents, split_items


def windows(text):
    return {text[i : i + WINDOW] for i in range(len(text) - WINDOW + 1)}


def shares_a_window(train, held_out):
    """The same question by brute force, on the text as a model would see it."""
    return not windows("\n\n".join(train)).isdisjoint(windows("\n\n".join(held_out)))


def documents(seed, count=40, paragraphs=12, repeated=0.3):
    """Documents of random words, a share of whose paragraphs is copied from a common stock."""
    rng = random.Random(seed)

    def paragraph():
        return " ".join("".join(rng.choices("abcde", k=rng.randint(1, 5))) for _ in range(25))

    stock = [paragraph() for _ in range(10)]
    return {
        f"doc {n}": "\n\n".join(
            rng.choice(stock)[rng.randrange(5) :] if rng.random() < repeated else paragraph()
            for _ in range(paragraphs)
        )
        for n in range(count)
    }


@pytest.mark.parametrize("seed", range(3))
def test_no_run_of_fifty_characters_is_both_held_out_and_trained_on(seed):
    train, validation, test = split_documents(documents(seed))
    assert not shares_a_window(train, validation)
    assert not shares_a_window(train, test)
    assert not shares_a_window(validation, test)


def test_the_brute_force_check_would_notice_a_naive_split():
    texts = list(documents(0).values())
    assert shares_a_window(texts[:32], texts[32:])


def test_paragraphs_made_neighbours_by_a_removal_are_checked_again():
    left, right = "l" * 30, "r" * 30
    held_out, between = "h" * 80, "h" * 60
    train, _, test = split_documents(
        {"a": f"{left}\n\n{between}\n\n{right}", "b": f"{left}\n\n{right}\n\n{held_out}", "c": "x"}
    )
    assert not shares_a_window(train, test)


def test_splits_are_the_same_every_time_and_of_the_size_asked_for():
    given_documents = documents(1, repeated=0)
    parts = split_documents(given_documents)
    assert parts == split_documents(dict(given_documents))
    sizes = [sum(map(len, part)) for part in parts]
    assert 0.07 < sizes[1] / sum(sizes) < 0.11 and 0.07 < sizes[2] / sum(sizes) < 0.11


def test_groups_stay_together():
    names = {f"{n % 9}/{n}": f"text number {n} of nine groups" for n in range(90)}
    groups = {name: name[0] for name in names}
    parts = split_documents(names, held_out=0.2, groups=groups)
    seen = [{text for text in part} for part in parts]
    for group in "012345678":
        texts = {text for name, text in names.items() if name[0] == group}
        assert sum(bool(texts & part) for part in seen) == 1


def test_a_passage_seen_before_is_dropped_whatever_its_indentation():
    passage = "A passage that stands in two topics, here and once more over there."
    train, _, _ = split_documents({"a": passage, "b": f"   {passage}"}, held_out=0.0)
    assert "".join(train).count("two topics") <= 1


def test_of_three_documents_each_split_has_one():
    assert sorted(assign({"a": 9, "b": 5, "c": 1}, 0.1).values()) == ["test", "train", "validation"]
    assert assign({"only": 1}, 0.1) == {"only": "train"}


def test_items_are_kept_or_dropped_whole():
    items = [f"{n:03} " + "the same long ending of every second sentence" * 2 for n in range(50)]
    train, validation, test = split_items(items, held_out=0.1)
    assert len(test) == 5 and train == [] and set(test) <= set(items)


@settings(max_examples=50, deadline=None)
@given(
    st.text("abé好😀", max_size=200), st.text("abé好😀", max_size=200), st.text("ab", max_size=120)
)
def test_windows_find_exactly_what_brute_force_finds(before, after, shared):
    known, text = before + shared, shared + after
    wanted = windows(known)
    hits = set(Windows(known).hits(text).tolist())
    starts = range(len(text) - WINDOW + 1)
    assert hits == {start for start in starts if text[start : start + WINDOW] in wanted}


def test_windows_over_the_border_of_a_chunk(monkeypatch):
    from lmlab.text.corpora import splits

    monkeypatch.setattr(splits, "CHUNK", 64)
    splits._powers.cache_clear()
    text = "".join(random.Random(0).choices("abcdefgh", k=500))
    assert len(Windows(text[100:300]).hits(text)) == 200 - WINDOW + 1
    splits._powers.cache_clear()
