import tokenizers
from hypothesis import given
from hypothesis import strategies as st

from lmlab.text.byte import ByteTokenizer, printable_bytes

VALID = st.text(st.characters(exclude_categories=["Cs"]))
TOKENIZER = ByteTokenizer()
LIBRARY = tokenizers.Tokenizer.from_str(TOKENIZER.to_json())
LIBRARY.encode_special_tokens = True


@given(VALID)
def test_ids_are_the_bytes_and_decoding_returns_the_text(text):
    assert TOKENIZER.encode(text) == list(text.encode())
    assert TOKENIZER.decode(TOKENIZER.encode(text)) == text


@given(VALID)
def test_the_tokenizers_library_gives_the_same_ids(text):
    assert LIBRARY.encode(text).ids == TOKENIZER.encode(text)
    assert LIBRARY.decode(TOKENIZER.encode(text)) == text


def test_a_character_cut_in_two_decodes_to_the_replacement_character():
    first_byte, *_ = TOKENIZER.encode("中")
    assert TOKENIZER.decode([97, first_byte, 98]) == "a\ufffdb"
    assert TOKENIZER.tokens([97, first_byte, 98]) == ["a", "\\xe4", "b"]


def test_bytes_are_written_as_the_tokenizers_library_writes_them():
    alphabet = tokenizers.pre_tokenizers.ByteLevel.alphabet()
    assert sorted(alphabet) == list(printable_bytes().values())
    assert printable_bytes()[ord(" ")] == "Ġ"
