"""What the three tokenizers share: a table of tokens, special tokens, and a file."""

import json
import operator
import re
from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any, SupportsIndex

from lmlab.text.writing import whole_file

END_OF_TEXT = "<|endoftext|>"
MASK = "<|mask|>"


class VocabularyTokenizer(ABC):
    """A tokenizer whose every id stands for fixed bytes.

    Ordinary tokens come first, special tokens last. A subclass says how ordinary text becomes ids
    (`_encode_ordinary`) and how the `tokenizers` library is told to do the same (`_library_parts`).
    """

    def __init__(self, ordinary: Sequence[bytes], special_tokens: Iterable[str]):
        special = tuple(special_tokens)
        self._table = [*ordinary, *(token.encode() for token in special)]
        if "" in special or len(set(self._table)) < len(self._table):
            raise ValueError(
                "two tokens of a vocabulary are never the same and none is empty; write special "
                f"tokens like {END_OF_TEXT!r} (given: {special})."
            )
        self.vocab_size = len(self._table)
        self.special_tokens: Mapping[str, int] = MappingProxyType(
            {token: id for id, token in enumerate(special, start=len(ordinary))}
        )
        self.eos_id: int | None = self.special_tokens.get(END_OF_TEXT)
        self.mask_id: int | None = self.special_tokens.get(MASK)

    def encode(self, text: str, *, allow_special: bool = False) -> list[int]:
        """The ids of `text`. A special token written in the text is ordinary text, unless allowed.

        Raises ValueError where the text holds half of a surrogate pair.
        """
        check_valid_text(text)
        if not (allow_special and self.special_tokens):
            return self._encode_ordinary(text)
        longest_first = sorted(self.special_tokens, key=len, reverse=True)
        ids = []
        for part in re.split(f"({'|'.join(map(re.escape, longest_first))})", text):
            special_id = self.special_tokens.get(part)
            ids += self._encode_ordinary(part) if special_id is None else [special_id]
        return ids

    def decode(self, ids: Iterable[SupportsIndex]) -> str:
        """The text of `ids`, special tokens as they are written.

        Bytes that make no whole character (a character cut in two) become U+FFFD, "�".
        Raises ValueError for an id outside the vocabulary.
        """
        return b"".join(self._bytes_of(ids)).decode("utf-8", errors="replace")

    def tokens(self, ids: Iterable[SupportsIndex]) -> list[str]:
        r"""One string for each id, for views; bytes that make no whole character appear as `\xe4`.

        Spaces and line breaks stay as they are: how to make them visible is the view's choice.
        """
        return [token.decode("utf-8", errors="backslashreplace") for token in self._bytes_of(ids)]

    def save(self, path: str | Path) -> Path:
        """Write tokenizer.json into the folder `path`, or to `path` itself if it ends in `.json`.

        The file is read by `load_tokenizer`, and by `tokenizers.Tokenizer.from_file` with the same
        ids. (That library does interpret special tokens written in the text, unless its
        `encode_special_tokens` is set to True.) Returns the file's path.
        """
        path = Path(path)
        file_path = path if path.suffix == ".json" else path / "tokenizer.json"
        with whole_file(file_path) as file:
            file.write(self.to_json().encode())
        return file_path

    def to_json(self) -> str:
        """The text of tokenizer.json."""
        return json.dumps(self.to_dict(), ensure_ascii=False, indent=1)

    def to_dict(self) -> dict[str, Any]:
        """The content of tokenizer.json, in the form of the `tokenizers` library."""
        added = [
            {
                "id": id,
                "content": token,
                "single_word": False,
                "lstrip": False,
                "rstrip": False,
                "normalized": False,
                "special": True,
            }
            for token, id in self.special_tokens.items()
        ]
        return {
            "version": "1.0",
            "truncation": None,
            "padding": None,
            "added_tokens": added,
            "normalizer": None,
            "post_processor": None,
            **self._library_parts(),
        }

    @classmethod
    @abstractmethod
    def from_dict(cls, content: dict[str, Any]) -> "VocabularyTokenizer":
        """The tokenizer whose `to_dict()` is `content`."""

    @abstractmethod
    def _encode_ordinary(self, text: str) -> list[int]: ...

    @abstractmethod
    def _library_parts(self) -> dict[str, Any]:
        """The `pre_tokenizer`, `model` and `decoder` of tokenizer.json."""

    def _bytes_of(self, ids: Iterable[SupportsIndex]) -> list[bytes]:
        pieces = []
        for id in map(_whole_number, ids):
            if not 0 <= id < self.vocab_size:
                raise ValueError(
                    f"id {id} is outside the vocabulary: ids run from 0 to {self.vocab_size - 1}. "
                    "Were the ids made by another tokenizer?"
                )
            pieces.append(self._table[id])
        return pieces


def check_valid_text(text: str) -> None:
    """Raise ValueError if `text` holds a lone surrogate, which no encoding of text can carry."""
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise ValueError(
            f"character {error.start} of the text is the lone surrogate "
            f"U+{ord(text[error.start]):04X}, half of a character. Mend the text with "
            "text.encode('utf-16', 'surrogatepass').decode('utf-16', 'replace')."
        ) from None


def special_in(content: dict[str, Any]) -> list[str]:
    """The special tokens listed in the content of a tokenizer.json, in their order."""
    return [token["content"] for token in content["added_tokens"]]


def _whole_number(id: Any) -> int:
    try:
        return operator.index(id)
    except (TypeError, RuntimeError):
        raise TypeError(f"ids must be one flat sequence of whole numbers, not of {id!r}") from None
