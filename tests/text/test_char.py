import pytest
import tokenizers
from hypothesis import given
from hypothesis import strategies as st

from lmlab.text.char import CharTokenizer

VALID = st.text(st.characters(exclude_categories=["Cs"]))


@given(VALID.filter(bool))
def test_decoding_returns_the_text(text):
    tokenizer = CharTokenizer.train(text)
    assert tokenizer.decode(tokenizer.encode(text)) == text
    assert tokenizer.tokens(tokenizer.encode(text)) == list(text)


@given(VALID.filter(bool))
def test_the_tokenizers_library_gives_the_same_ids(text):
    ours = CharTokenizer.train(text)
    library = tokenizers.Tokenizer.from_str(ours.to_json())
    library.encode_special_tokens = True
    assert library.encode(text).ids == ours.encode(text)
    assert library.decode(ours.encode(text)) == text


def test_characters_are_in_the_order_of_their_code_points_and_special_tokens_last():
    tokenizer = CharTokenizer.train(["bd", "ac"])
    assert tokenizer.characters == "abcd"
    assert tokenizer.special_tokens == {"<|endoftext|>": 4}
    assert (tokenizer.eos_id, tokenizer.vocab_size) == (4, 5)


def test_an_unknown_character_is_named_with_its_place_and_the_choice():
    with pytest.raises(ValueError, match=r"character 2 .*'é' \(U\+00E9\).*ByteTokenizer"):
        CharTokenizer.train("abc").encode("abé")


def test_the_library_refuses_an_unknown_character_as_well():
    library = tokenizers.Tokenizer.from_str(CharTokenizer.train("abc").to_json())
    with pytest.raises(Exception, match="vocabulary"):
        library.encode("abé")


@pytest.mark.parametrize("nothing", ["", [], ["", ""]])
def test_training_on_nothing_is_refused(nothing):
    with pytest.raises(ValueError, match="no text"):
        CharTokenizer.train(nothing)


def test_training_on_half_a_character_is_refused():
    with pytest.raises(ValueError, match="lone surrogate"):
        CharTokenizer.train("a\ud800")
