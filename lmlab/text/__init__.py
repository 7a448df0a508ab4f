"""Text: tokenizers, corpora, batches, and the small world `town`. Names are found on first use."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lmlab.text import corpora as corpora
    from lmlab.text import town as town
    from lmlab.text.batches import (
        Batch,
        Batches,
        characters_per_token,
        encode_documents,
        evaluation_blocks,
        evaluation_documents,
    )
    from lmlab.text.bpe import BPETokenizer
    from lmlab.text.byte import ByteTokenizer
    from lmlab.text.char import CharTokenizer
    from lmlab.text.compression import compressed_bits_per_char
    from lmlab.text.pairs import next_token_pairs
    from lmlab.text.scores import bits_per_character, perplexity
    from lmlab.text.tokenizer import Tokenizer, load_tokenizer
    from lmlab.text.vocabulary import END_OF_TEXT, MASK

_HOMES = {
    "BPETokenizer": "bpe",
    "Batch": "batches",
    "Batches": "batches",
    "ByteTokenizer": "byte",
    "CharTokenizer": "char",
    "END_OF_TEXT": "vocabulary",
    "MASK": "vocabulary",
    "Tokenizer": "tokenizer",
    "bits_per_character": "scores",
    "characters_per_token": "batches",
    "compressed_bits_per_char": "compression",
    "corpora": "corpora",
    "encode_documents": "batches",
    "evaluation_blocks": "batches",
    "evaluation_documents": "batches",
    "load_tokenizer": "tokenizer",
    "next_token_pairs": "pairs",
    "perplexity": "scores",
    "town": "town",
}

__all__ = [
    "BPETokenizer",
    "Batch",
    "Batches",
    "ByteTokenizer",
    "CharTokenizer",
    "END_OF_TEXT",
    "MASK",
    "Tokenizer",
    "bits_per_character",
    "characters_per_token",
    "compressed_bits_per_char",
    "corpora",
    "encode_documents",
    "evaluation_blocks",
    "evaluation_documents",
    "load_tokenizer",
    "next_token_pairs",
    "perplexity",
    "town",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"lmlab.text has no {name!r}; it has {', '.join(__all__)}")
    module = import_module(f"lmlab.text.{_HOMES[name]}")
    return module if name == _HOMES[name] else getattr(module, name)


def __dir__() -> list[str]:
    return __all__
