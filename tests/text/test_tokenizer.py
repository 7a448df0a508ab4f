import json
import subprocess
import sys

import pytest
import tokenizers
from hypothesis import given, settings
from hypothesis import strategies as st

from lmlab.text.bpe import BPETokenizer
from lmlab.text.byte import ByteTokenizer
from lmlab.text.char import CharTokenizer
from lmlab.text.tokenizer import load_tokenizer

TEXT = "the cat and the dog and the hat\n猫和狗 \x00\\\"'Ġ"
TOKENIZERS = [
    CharTokenizer.train(TEXT),
    CharTokenizer.train(TEXT, special_tokens=["<|pad|>", "<|mask|>"]),
    ByteTokenizer(),
    ByteTokenizer(()),
    BPETokenizer.train(TEXT, 280, progress=False),
    BPETokenizer.train(TEXT, 257, progress=False),
]


@pytest.mark.parametrize("tokenizer", TOKENIZERS)
def test_a_saved_tokenizer_is_the_same_after_loading(tokenizer, tmp_path):
    file = tokenizer.save(tmp_path)
    for path in (file, tmp_path, str(tmp_path)):
        loaded = load_tokenizer(path)
        assert type(loaded) is type(tokenizer)
        assert loaded.to_json() == tokenizer.to_json()
        assert loaded.encode(TEXT) == tokenizer.encode(TEXT)


@pytest.mark.parametrize("tokenizer", TOKENIZERS)
def test_the_tokenizers_library_reads_the_file(tokenizer, tmp_path):
    library = tokenizers.Tokenizer.from_file(str(tokenizer.save(tmp_path)))
    ids = tokenizer.encode(TEXT)
    assert library.encode(TEXT).ids == ids
    assert library.decode(ids) == TEXT


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match="no tokenizer at .*tokenizer.json"):
        load_tokenizer(tmp_path)


def test_a_truncated_file_is_called_damaged(tmp_path):
    file = ByteTokenizer().save(tmp_path)
    file.write_bytes(file.read_bytes()[:-100])
    with pytest.raises(ValueError, match="damaged"):
        load_tokenizer(file)


def test_a_file_of_another_make_is_refused_with_what_differs(tmp_path):
    library = tokenizers.Tokenizer.from_str(ByteTokenizer().to_json())
    library.normalizer = tokenizers.normalizers.Lowercase()
    library.save(str(tmp_path / "tokenizer.json"))
    with pytest.raises(ValueError, match=r"not written by a tokenizer of lmlab.*its normalizer"):
        load_tokenizer(tmp_path)


@pytest.mark.parametrize("content", ["[]", "{}", "3", '{"model": {"type": "Unigram"}}'])
def test_json_that_is_no_tokenizer_is_refused(content, tmp_path):
    (tmp_path / "tokenizer.json").write_text(content)
    with pytest.raises(ValueError, match="not written by a tokenizer of lmlab"):
        load_tokenizer(tmp_path)


@settings(deadline=None)
@given(st.data())
def test_a_changed_vocabulary_or_merge_is_never_accepted(tmp_path_factory, data):
    content = json.loads(TOKENIZERS[4].to_json())
    vocab, merges = content["model"]["vocab"], content["model"]["merges"]
    match data.draw(st.sampled_from(["id", "token", "merge", "swap"])):
        case "id":
            vocab[data.draw(st.sampled_from(list(vocab)))] += 1
        case "token":
            del vocab[data.draw(st.sampled_from(list(vocab)))]
        case "merge":
            del merges[data.draw(st.integers(0, len(merges) - 1))]
        case "swap":
            merges[data.draw(st.integers(0, len(merges) - 1))].append("a")
    file = tmp_path_factory.mktemp("changed") / "tokenizer.json"
    file.write_text(json.dumps(content), encoding="utf-8")
    with pytest.raises(ValueError, match="changed since"):
        load_tokenizer(file)


def test_importing_the_text_package_and_its_tokenizers_does_not_import_torch():
    code = (
        "import sys, lmlab.text as text; text.load_tokenizer; text.BPETokenizer; "
        "print('torch' in sys.modules)"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert result.stdout == "False\n", result.stderr
