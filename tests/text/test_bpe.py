import re
import textwrap

import pytest
import tokenizers
from hypothesis import example, given, settings
from hypothesis import strategies as st

from lmlab.text.bpe import PATTERN, BPETokenizer, split_pieces
from lmlab.text.byte import ByteTokenizer

TRAINING = [
    textwrap.wrap.__doc__ + re.__doc__[:1500],
    "Ana's cat isn't here; they'll look at 10, 100 and 1000 trees.\n\n    if x == 10:\n        y\n",
    "小猫坐在门口，小狗坐在门口。小猫看见小狗。 Café, déjà vu! नमस्ते, नमस्ते. 😀😀 👩‍👩‍👧",
    "aaaaaaaaaaaaaaaaaaaaaaaa -------------------- \t\t\t\t",
]
TOKENIZER = BPETokenizer.train(TRAINING, 700, progress=False)
LIBRARY = tokenizers.Tokenizer.from_str(TOKENIZER.to_json())
LIBRARY.encode_special_tokens = True

ANY_CHARACTER = st.characters(exclude_categories=["Cs"])
KNOWN_CHARACTER = st.sampled_from(sorted(set("".join(TRAINING))))
RUN = st.builds(lambda part, n: part * n, st.text(KNOWN_CHARACTER, max_size=3), st.integers(0, 300))
TEXT = st.lists(
    st.one_of(st.text(ANY_CHARACTER), st.text(KNOWN_CHARACTER), st.sampled_from(TRAINING), RUN),
    max_size=5,
).map("".join)


@settings(deadline=None)
@given(TEXT)
@example("e\u0301 \ufeff \x00\x1c\x1f\x85\xa0\u2028\u3000 \r\n\r\n x")
@example("\u0558\u088f\u0c5c \U00011de0 \U0010ffff\ue000")  # assigned in recent Unicode, or never
@example(" " * 1000 + "x")
@example("<|endoftext|>")
def test_readable_library_and_tokenizers_give_the_same_ids(text):
    ids = TOKENIZER._encode_readably(text)
    assert TOKENIZER.encode(text) == ids
    assert TOKENIZER._library.encode_ordinary(text) == ids
    assert LIBRARY.encode(text).ids == ids
    assert TOKENIZER.decode(ids) == text


def test_characters_at_the_edges_of_all_ranges_are_cut_alike_by_all_three():
    edges = {code + step for code in map(ord, PATTERN) for step in (-1, 0, 1)}
    codes = sorted(edges | set(range(0x300)) | set(range(0, 0x110000, 331)))
    valid = [chr(code) for code in codes if not 0xD800 <= code < 0xE000]
    text = "".join(f"a{character}1 {character}!\n" for character in valid)
    ids = TOKENIZER._encode_readably(text)
    assert TOKENIZER._library.encode_ordinary(text) == ids
    assert LIBRARY.encode(text).ids == ids


@given(TEXT)
def test_the_pieces_together_are_the_text(text):
    assert "".join(split_pieces(text)) == text


def test_a_word_a_number_and_symbols_take_the_space_before_them():
    text = "Ana's 2 cats,  naïve 小猫！\n\tif"
    pieces = ["Ana", "'s", " 2", " cats", ",", " ", " naïve", " 小猫", "！", "\n", "\t", "if"]
    assert split_pieces(text) == pieces


def test_a_very_long_run_of_spaces_is_encoded():
    text = " " * 1_500_000 + "x"
    assert TOKENIZER.encode(text) == TOKENIZER._encode_readably(text)


@pytest.mark.parametrize("vocab_size", [257, 300, 700, 5000])
def test_both_engines_learn_the_same_merges(vocab_size):
    ours = BPETokenizer.train(TRAINING, vocab_size, progress=False)
    library = BPETokenizer.train(TRAINING, vocab_size, engine="tokenizers", progress=False)
    assert ours.merges == library.merges
    assert ours.vocab_size <= vocab_size


@settings(deadline=None)
@given(st.lists(st.text("ab \u00e9中", max_size=20), min_size=1).filter(any))
def test_both_engines_break_ties_alike(texts):
    ours = BPETokenizer.train(texts, 280, progress=False)
    assert ours.merges == BPETokenizer.train(texts, 280, engine="tokenizers", progress=False).merges


def test_ties_go_to_the_byte_that_is_printable():
    # " b" and "bc" are equally frequent. A space (32) is the smaller byte, but printed as "Ġ" it
    # comes after "b" in the library's order.
    assert BPETokenizer.train(" bc bc", 258, progress=False).merges == [(ord("b"), ord("c"))]


def test_a_smaller_vocabulary_is_the_beginning_of_a_larger_one():
    small = BPETokenizer.train(TRAINING, 300, progress=False)
    assert small.merges == TOKENIZER.merges[: len(small.merges)]
    assert small.vocab_size == 300


def test_without_merges_it_is_the_byte_tokenizer():
    tokenizer = BPETokenizer.train(TRAINING, 257, progress=False)
    assert tokenizer.encode("Café") == ByteTokenizer().encode("Café")


def test_merge_steps_go_from_bytes_to_the_tokens():
    steps = TOKENIZER.merge_steps("text")
    assert steps[0] == ["t", "e", "x", "t"]
    assert steps[-1] == TOKENIZER.tokens(TOKENIZER.encode("text"))
    assert all("".join(step) == "text" for step in steps)
    assert TOKENIZER.merge_steps("é")[0] == ["\\xc3", "\\xa9"]


@pytest.mark.parametrize("engine", ["readable", "tokenizers"])
@pytest.mark.parametrize("nothing", ["", [], ["", ""]])
def test_training_on_nothing_is_refused(nothing, engine):
    with pytest.raises(ValueError, match="no text"):
        BPETokenizer.train(nothing, 300, engine=engine, progress=False)


def test_half_a_character_in_the_training_text_is_refused():
    with pytest.raises(ValueError, match="lone surrogate"):
        BPETokenizer.train("ab\udc00", 300, progress=False)


def test_a_vocabulary_smaller_than_its_bytes_is_refused():
    with pytest.raises(ValueError, match="vocab_size=256 is too small.*1 special tokens take 257"):
        BPETokenizer.train("abc", 256)
    assert BPETokenizer.train("abc", 256, special_tokens=(), progress=False).vocab_size == 256


def test_the_pattern_names_no_class_that_depends_on_the_version_of_unicode():
    assert not re.search(r"\\[pPwWsSdD]", PATTERN)
