import errno
import json
import os

import numpy as np
import pytest
import tokenizers

from lmlab.text.bpe import BPETokenizer
from lmlab.text.byte import ByteTokenizer
from lmlab.text.char import CharTokenizer

END = "<|endoftext|>"
TEXT = f"Ana said {END} twice: {END}."


@pytest.fixture(params=["char", "byte", "bpe"])
def tokenizer(request):
    match request.param:
        case "char":
            return CharTokenizer.train(TEXT)
        case "byte":
            return ByteTokenizer()
    return BPETokenizer.train(TEXT, 270, progress=False)


def test_a_special_token_in_the_text_is_ordinary_text(tokenizer):
    assert tokenizer.eos_id not in tokenizer.encode(TEXT)
    assert tokenizer.decode(tokenizer.encode(TEXT)) == TEXT


def test_a_special_token_is_one_id_where_it_is_allowed(tokenizer):
    ids = tokenizer.encode(TEXT, allow_special=True)
    assert ids.count(tokenizer.eos_id) == 2
    assert tokenizer.decode(ids) == TEXT
    assert tokenizer.tokens([tokenizer.eos_id]) == [END]


def test_the_library_agrees_about_special_tokens(tokenizer):
    library = tokenizers.Tokenizer.from_str(tokenizer.to_json())
    assert library.encode(TEXT).ids == tokenizer.encode(TEXT, allow_special=True)
    library.encode_special_tokens = True
    assert library.encode(TEXT).ids == tokenizer.encode(TEXT)
    assert library.get_vocab_size() == tokenizer.vocab_size
    assert library.token_to_id(END) == tokenizer.eos_id


def test_the_longer_of_two_special_tokens_is_read():
    tokenizer = ByteTokenizer(["<|end|>", "<|end|>!"])
    assert tokenizer.encode("<|end|>!", allow_special=True) == [257]
    assert tokenizer.eos_id is None


def test_a_mask_added_behind_the_mark_changes_no_other_id():
    plain, more = ByteTokenizer(), ByteTokenizer([END, "<|mask|>"])
    assert plain.mask_id is None
    assert (more.mask_id, more.eos_id, more.vocab_size) == (257, plain.eos_id, 258)
    assert more.encode(TEXT) == plain.encode(TEXT)


@pytest.mark.parametrize("special", [["a"], ["<|x|>", "<|x|>"], [""]])
def test_a_special_token_must_be_unlike_every_other_token(special):
    with pytest.raises(ValueError, match="never the same"):
        ByteTokenizer(special)


def test_empty_text_has_no_tokens(tokenizer):
    assert tokenizer.encode("") == []
    assert tokenizer.decode([]) == ""


def test_half_a_character_is_refused_with_its_place_and_the_remedy(tokenizer):
    with pytest.raises(ValueError, match=r"character 2 .* U\+D83D.*surrogatepass"):
        tokenizer.encode("An\ud83d")
    mended = "a\ud83d\ude00b\ud83d".encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    assert mended == "a😀b\ufffd"


@pytest.mark.parametrize("outside", [-1, 1000])
def test_an_id_outside_the_vocabulary_is_named_with_the_range(tokenizer, outside):
    with pytest.raises(ValueError, match=f"id {outside} .* 0 to {tokenizer.vocab_size - 1}"):
        tokenizer.decode([0, outside])
    with pytest.raises(ValueError, match=f"id {outside} "):
        tokenizer.tokens([outside])


def test_ids_that_are_no_flat_sequence_are_refused(tokenizer):
    with pytest.raises(TypeError, match="flat sequence"):
        tokenizer.decode(np.zeros((2, 2), dtype=np.int64))


def test_saving_makes_the_folder_and_returns_the_file(tokenizer, tmp_path):
    assert tokenizer.save(tmp_path / "new" / "model.v1").name == "tokenizer.json"
    file = tokenizer.save(tmp_path / "mine.json")
    assert json.loads(file.read_bytes()) == tokenizer.to_dict()
    assert sorted(os.listdir(tmp_path)) == ["mine.json", "new"]


def test_a_place_that_cannot_be_written_is_named(tokenizer, tmp_path):
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(OSError, match="cannot write .*choose a folder"):
        tokenizer.save(tmp_path / "file" / "tokenizer.json")


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="this user may write everywhere")
def test_a_read_only_folder_is_named(tokenizer, tmp_path):
    tmp_path.chmod(0o500)
    with pytest.raises(PermissionError, match="cannot write .*choose a folder"):
        tokenizer.save(tmp_path)


def test_a_full_disk_leaves_the_old_file(tokenizer, tmp_path, monkeypatch):
    file = ByteTokenizer(["<|old|>"]).save(tmp_path)
    before = file.read_bytes()

    def fail(descriptor):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(
        OSError, match="cannot write .*No space left.*Nothing that was there is lost"
    ):
        tokenizer.save(tmp_path)
    assert file.read_bytes() == before
    assert os.listdir(tmp_path) == ["tokenizer.json"]
