import json

import pytest
import transformers
from hypothesis import given
from hypothesis import strategies as st

from lmlab.pretrained import LibraryTokenizer
from lmlab.pretrained.library_tokenizer import open_tokenizer
from lmlab.text import BPETokenizer
from lmlab.text.tokenizer import Tokenizer

TALK = [{"role": "user", "content": "你好 🙂"}, {"role": "assistant", "content": "Hello!"}]


def test_it_is_a_tokenizer_like_ours(chat_tokenizer):
    assert isinstance(chat_tokenizer, Tokenizer)
    assert chat_tokenizer.special_tokens == {"<|endoftext|>": 0, "<|im_start|>": 1, "<|im_end|>": 2}
    assert chat_tokenizer.eos_id == 2 and chat_tokenizer.mask_id is None


@given(text=st.text(st.characters(exclude_categories=["Cs"])))
def test_byte_level_bpe_gives_every_text_back(byte_level, text):
    tokenizer = LibraryTokenizer(byte_level)
    ids = tokenizer.encode(text)
    assert tokenizer.decode(ids) == text
    assert max(ids, default=0) < tokenizer.vocab_size


def test_views_get_spaces_and_not_the_letters_that_stand_for_them(chat_tokenizer):
    ids = chat_tokenizer.encode("The cat sat")
    assert chat_tokenizer.tokens(ids) == ["The", " cat", " sat"]
    pieces = chat_tokenizer.tokens(chat_tokenizer.encode("鱼"))  # no merge has ever seen it
    assert pieces == [r"\xe9", r"\xb1", r"\xbc"]
    assert chat_tokenizer.tokens([1]) == ["<|im_start|>"]


def test_a_token_that_was_added_as_it_is_written_is_shown_so(byte_level):
    library = type(byte_level).from_str(byte_level.to_str())
    library.add_tokens(["<tool call 你>"])
    tokenizer = LibraryTokenizer(library)
    ids = tokenizer.encode("a<tool call 你>", allow_special=True)
    assert tokenizer.tokens(ids) == ["a", "<tool call 你>"]


def test_word_piece_is_read_between_its_marks(word_piece):
    tokenizer = LibraryTokenizer(word_piece, mask_token="[MASK]")
    ids = tokenizer.encode("The cats 世")
    assert tokenizer.tokens(ids) == ["[CLS]", "the", "cat", "##s", "世", "[SEP]"]
    assert tokenizer.decode(ids) == "[CLS] the cats 世 [SEP]"
    assert tokenizer.mask_id == 4 and tokenizer.eos_id is None


def test_a_special_token_in_a_text_is_text_unless_allowed(chat_tokenizer):
    text = "a<|im_end|>"
    assert chat_tokenizer.eos_id not in chat_tokenizer.encode(text)
    assert chat_tokenizer.encode(text, allow_special=True)[-1] == chat_tokenizer.eos_id
    assert chat_tokenizer.eos_id not in chat_tokenizer.encode(text)  # allowed once, not for good


def test_texts_are_never_cut_or_filled_up_whatever_the_file_says(word_piece):
    library = type(word_piece).from_str(word_piece.to_str())
    library.enable_truncation(4)
    library.enable_padding(length=99)
    assert len(LibraryTokenizer(library).encode("the cat sat on the mats")) == 8


@pytest.mark.parametrize("answer", [True, False])
def test_a_conversation_is_what_transformers_makes_of_it(chat_tokenizer, tmp_path, answer):
    chat_tokenizer.save(tmp_path)
    theirs = transformers.AutoTokenizer.from_pretrained(tmp_path)
    expected = theirs.apply_chat_template(TALK, tokenize=False, add_generation_prompt=answer)
    text = chat_tokenizer.conversation(TALK, answer=answer)
    assert text == expected
    assert chat_tokenizer.encode(text, allow_special=True) == theirs(text)["input_ids"]


def test_a_tokenizer_without_a_template_does_not_chat(byte_level):
    with pytest.raises(ValueError, match="not made to chat"):
        LibraryTokenizer(byte_level).conversation(TALK)


def test_what_is_saved_is_opened_again(chat_tokenizer, tmp_path):
    chat_tokenizer.save(tmp_path)
    again = open_tokenizer(tmp_path)
    assert again.encode("The cat 🙂") == chat_tokenizer.encode("The cat 🙂")
    assert again.eos_id == chat_tokenizer.eos_id
    assert again.conversation(TALK) == chat_tokenizer.conversation(TALK)
    path = chat_tokenizer.save(tmp_path / "alone" / "t.json")
    assert path.read_text() == again.to_json()


def test_a_tokenizer_of_ours_is_opened_as_what_it_is(tmp_path):
    tokenizer = BPETokenizer.train("a cat a cat", 262, progress=False)
    tokenizer.save(tmp_path)
    assert isinstance(open_tokenizer(tmp_path), BPETokenizer)


@pytest.mark.parametrize(
    "about, config",
    [
        ({"eos_token": {"content": "<|im_end|>"}}, {}),
        ({}, {"eos_token_id": 2}),
        ({"chat_template": [{"name": "default", "template": "T"}]}, {"eos_token_id": 2}),
    ],
)
def test_older_folders_say_the_same_in_other_places(byte_level, tmp_path, about, config):
    byte_level.save(str(tmp_path / "tokenizer.json"))
    (tmp_path / "tokenizer_config.json").write_text(json.dumps(about))
    (tmp_path / "config.json").write_text(json.dumps(config))
    tokenizer = open_tokenizer(tmp_path)
    assert tokenizer.eos_id == 2
    assert tokenizer.chat_template == ("T" if "chat_template" in about else None)


def test_newer_folders_keep_the_template_in_a_file_of_its_own(byte_level, tmp_path):
    byte_level.save(str(tmp_path / "tokenizer.json"))
    (tmp_path / "chat_template.jinja").write_text("{{ messages[0].content }}")
    assert open_tokenizer(tmp_path).conversation(TALK) == "你好 🙂"


def test_what_is_no_tokenizer_is_refused(tmp_path):
    with pytest.raises(FileNotFoundError, match="no tokenizer"):
        open_tokenizer(tmp_path)
    for damaged in ("{", "{}"):
        (tmp_path / "tokenizer.json").write_text(damaged)
        with pytest.raises(ValueError, match="is no tokenizer"):
            open_tokenizer(tmp_path)


def test_ids_and_texts_that_cannot_be_are_refused(chat_tokenizer):
    for wrong in (-1, chat_tokenizer.vocab_size):
        with pytest.raises(ValueError, match="outside the vocabulary"):
            chat_tokenizer.decode([wrong])
    with pytest.raises(ValueError, match="lone surrogate"):
        chat_tokenizer.encode("\ud83d")
