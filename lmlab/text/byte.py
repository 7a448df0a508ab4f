"""One token for each byte of the text in UTF-8: every text can be written, nothing is learned."""

from collections.abc import Iterable
from functools import cache
from types import MappingProxyType
from typing import Any

from lmlab.text.vocabulary import END_OF_TEXT, VocabularyTokenizer, special_in


class ByteTokenizer(VocabularyTokenizer):
    """Ids 0 to 255 are the bytes themselves; special tokens follow. Built in chapter 3.1."""

    def __init__(self, special_tokens: Iterable[str] = (END_OF_TEXT,)):
        super().__init__([bytes([byte]) for byte in range(256)], special_tokens)

    def _encode_ordinary(self, text: str) -> list[int]:
        return list(text.encode())

    def _library_parts(self) -> dict[str, Any]:
        return {
            "pre_tokenizer": BYTE_LEVEL,
            "decoder": BYTE_LEVEL,
            "model": byte_level_model([bytes([byte]) for byte in range(256)], merges=[]),
        }

    @classmethod
    def from_dict(cls, content: dict[str, Any]) -> "ByteTokenizer":
        """The tokenizer whose `to_dict()` is `content`."""
        return cls(special_in(content))


BYTE_LEVEL = {
    "type": "ByteLevel",
    "add_prefix_space": False,
    "trim_offsets": True,
    "use_regex": False,
}


@cache
def printable_bytes() -> MappingProxyType[int, str]:
    """One printable character for each byte, as GPT-2 and the `tokenizers` library write bytes.

    A byte that is a visible Latin-1 character stands for itself; the other 68 are written with the
    characters from U+0100 on: a space is "Ġ". The mapping is in the order of its characters.
    Source: Radford et al. 2019, `bytes_to_unicode` in the code of GPT-2.
    """
    visible = [*range(33, 127), *range(161, 173), *range(174, 256)]
    hidden = [byte for byte in range(256) if byte not in visible]
    characters = {byte: chr(byte) for byte in visible}
    characters |= {byte: chr(256 + place) for place, byte in enumerate(hidden)}
    return MappingProxyType(characters)


def printable(token: bytes) -> str:
    """`token` as it is written in the tokenizer.json of a byte-level tokenizer."""
    return "".join(map(printable_bytes().__getitem__, token))


def byte_level_model(table: list[bytes], merges: list[tuple[int, int]]) -> dict[str, Any]:
    """The `model` of tokenizer.json for byte-level tokens and the merges that made them."""
    names = [printable(token) for token in table]
    return {
        "type": "BPE",
        "dropout": None,
        "unk_token": None,
        "continuing_subword_prefix": None,
        "end_of_word_suffix": None,
        "fuse_unk": False,
        "byte_fallback": False,
        "ignore_merges": False,
        "vocab": {name: id for id, name in enumerate(names)},
        "merges": [[names[left], names[right]] for left, right in merges],
    }
