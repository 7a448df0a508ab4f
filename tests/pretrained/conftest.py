"""A cache of its own for each test, tiny tokenizers, and the real models where they are."""

import struct
from pathlib import Path

import pytest
import tokenizers
import torch
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


@pytest.fixture(scope="session")
def write_marian():
    """A function that writes weights, by Marian's names, as a Marian file in 8 bits."""
    return _write_marian


def _write_marian(path: Path, weights: dict[str, torch.Tensor], settings: str, version=1) -> Path:
    """A tensor with two axes longer than 1 is kept as whole numbers; others as they are."""
    items = []
    for name, weight in weights.items():
        if weight.ndim == 2:
            scale = 127 / weight.abs().max()
            kept = weight if name == "Wemb" else weight.T
            numbers = (kept * scale).round().to(torch.int8).contiguous().numpy().tobytes()
            item = numbers + struct.pack("<f", scale)
            items.append((name, 0x4101, tuple(weight.shape), item.ljust(len(item) + 28, b"\0")))
        else:
            item = weight.detach().numpy().astype("<f4").tobytes()
            items.append((name, 0x404, (1, len(weight)), item))
    items.append(("Wemb_QuantMultA", 0x4101, (1, 1), b"\0" * 32))
    text = settings.encode() + b"\0"
    items.append(("special:model.yml", 0x101, (len(text),), text))
    data = struct.pack("<QQ", version, len(items))
    for name, kind, shape, item in items:
        data += struct.pack("<QQQQ", len(name) + 1, kind, len(shape), len(item))
    data += b"".join(name.encode() + b"\0" for name, *_ in items)
    data += b"".join(struct.pack(f"<{len(shape)}i", *shape) for _, _, shape, _ in items)
    data += struct.pack("<Q", 5) + b"\0" * 5
    path.write_bytes(data + b"".join(item for *_, item in items))
    return path


@pytest.fixture(scope="module")
def bergamot():
    return _real("bergamot-en-pt")
