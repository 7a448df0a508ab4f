"""A cache of its own for each test, tiny tokenizers, and the real models where they are."""

from pathlib import Path

import pytest
import tokenizers
from tokenizers import decoders, models, normalizers, pre_tokenizers, processors, trainers

from lmlab.pretrained import LibraryTokenizer, available, load

STORY = "The naïve cat sat on 12 mats. 你好，世界！ The cat 🙂 sat."


@pytest.fixture
def cache(tmp_path, monkeypatch) -> Path:
    monkeypatch.setenv("LMLAB_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture(scope="session")
def byte_level() -> tokenizers.Tokenizer:
    """Byte-level BPE as GPT-2 has it, with the special tokens of a chat."""
    library = tokenizers.Tokenizer(models.BPE())
    library.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    library.decoder = decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    special = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]
    trainer = trainers.BpeTrainer(
        vocab_size=300, initial_alphabet=alphabet, special_tokens=special, show_progress=False
    )
    library.train_from_iterator([STORY] * 3, trainer)
    return library


@pytest.fixture(scope="session")
def word_piece() -> tokenizers.Tokenizer:
    """WordPiece as BERT has it: lower case, [CLS] before and [SEP] behind."""
    library = tokenizers.Tokenizer(models.WordPiece(unk_token="[UNK]"))
    library.normalizer = normalizers.BertNormalizer()
    library.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    library.decoder = decoders.WordPiece()
    special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    trainer = trainers.WordPieceTrainer(vocab_size=90, special_tokens=special, show_progress=False)
    library.train_from_iterator([STORY] * 3, trainer)
    ids = [(name, library.token_to_id(name)) for name in ("[CLS]", "[SEP]")]
    library.post_processor = processors.TemplateProcessing("[CLS] $A [SEP]", special_tokens=ids)
    return library


@pytest.fixture
def chat_tokenizer(byte_level) -> LibraryTokenizer:
    template = (
        "{% for message in messages %}<|im_start|>{{ message['role'] }}\n{{ message['content'] }}"
        "{{ eos_token }}\n{% endfor %}{% if add_generation_prompt %}<|im_start|>assistant\n"
        "{% endif %}"
    )
    return LibraryTokenizer(byte_level, eos_token="<|im_end|>", chat_template=template)


def _real(name: str):
    present = {info.name: info.present for info in available()}
    if not present[name]:
        pytest.skip(f"{name} is not on this machine: lmlab fetch {name}")
    return load(name, verbose=False)


@pytest.fixture(scope="module")
def smollm():
    return _real("smollm2-135m")


@pytest.fixture(scope="module")
def minilm():
    return _real("minilm-l6")
