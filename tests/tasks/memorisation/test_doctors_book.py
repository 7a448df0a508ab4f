"""The book: secrets stand in it as often as they say, and nothing private is printed elsewhere."""

import pytest

from lmlab.tasks.memorisation import as_rows, doctors_book
from lmlab.tasks.memorisation.names import OTHER_PATIENTS, OWNERS, PATIENTS


def test_each_secret_stands_in_the_book_as_often_as_it_says():
    book = doctors_book(50, public=5)
    assert {secret.repetitions for secret in book.secrets} == {0, 1, 2, 4, 8, 16}
    for secret in book.secrets:
        assert book.lines.count(secret.line) == secret.repetitions
        assert sum(secret.prompt in line for line in book.lines) == secret.repetitions


def test_without_copies_each_line_stands_once():
    book = doctors_book(50, public=5)
    assert set(book.without_copies) == set(book.lines)
    assert len(set(book.without_copies)) == len(book.without_copies)


def test_nobody_stands_in_two_lists_so_the_printed_book_tells_of_no_one_here():
    assert not {*PATIENTS} & {*OWNERS} and not {*PATIENTS, *OWNERS} & {*OTHER_PATIENTS}
    book = doctors_book(5, public=400)
    assert not any(secret.prompt in line for secret in book.secrets for line in book.public)
    assert any("'s box: " in line for line in book.public)  # it has boxes of its own


def test_the_book_depends_on_the_seed_alone():
    assert doctors_book(5, public=5, seed=1) == doctors_book(5, public=5, seed=1)
    assert doctors_book(5, public=5, seed=1) != doctors_book(5, public=5, seed=2)


def test_rows_begin_behind_a_mark_end_with_one_and_each_token_is_a_target_once(tokenizer):
    rows = as_rows(["Ada, 20: cut, salve."], tokenizer)
    ids, targets = rows.texts[0].tolist(), rows.labels[0].tolist()
    assert ids[0] == targets[-1] == tokenizer.eos_id
    assert ids[1:] == targets[:-1] == tokenizer.encode("Ada, 20: cut, salve.")


def test_every_line_can_be_encoded(tokenizer):
    book = doctors_book(300, public=300)
    for line in (*book.lines, *book.held_out, *book.public):
        assert tokenizer.decode(tokenizer.encode(line)) == line


@pytest.mark.parametrize(("notes", "repetitions"), [(0, (1,)), (5, ()), (5, range(99))])
def test_a_book_that_cannot_be_written_is_refused(notes, repetitions):
    with pytest.raises(ValueError, match="at least one note"):
        doctors_book(notes, repetitions=repetitions)
