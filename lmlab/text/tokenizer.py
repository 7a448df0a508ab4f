"""What a tokenizer is, and how one is read from its file."""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Protocol, SupportsIndex, runtime_checkable

from lmlab.text.bpe import BPETokenizer
from lmlab.text.byte import ByteTokenizer
from lmlab.text.char import CharTokenizer


@runtime_checkable
class Tokenizer(Protocol):
    """Text to ids and back: what every model, view and task of the package expects.

    `CharTokenizer`, `ByteTokenizer` and `BPETokenizer` are tokenizers. Built in chapter 3.1.
    """

    vocab_size: int
    """Number of ids, special tokens included; ids run from 0 to `vocab_size - 1`."""
    special_tokens: Mapping[str, int]
    eos_id: int | None
    """The id of `<|endoftext|>`, which closes a document; None where there is no such token."""
    mask_id: int | None
    """The id of `<|mask|>`, which hides a token from BERT; None where there is no such token."""

    def encode(self, text: str, *, allow_special: bool = False) -> list[int]:
        """The ids of `text`; a special token written in it is ordinary text unless allowed."""

    def decode(self, ids: Iterable[SupportsIndex]) -> str:
        """The text of `ids`."""

    def tokens(self, ids: Iterable[SupportsIndex]) -> list[str]:
        """One printable string for each id, for views."""

    def save(self, path: str | Path) -> Path:
        """Write tokenizer.json into a folder, or to a path ending in `.json`; return its path."""

    def to_json(self) -> str:
        """The text of tokenizer.json."""


def load_tokenizer(path: str | Path) -> Tokenizer:
    """Read a tokenizer from its tokenizer.json, or from the folder that holds it.

    Raises FileNotFoundError where there is none, ValueError where the file is damaged or was not
    written by a tokenizer of this package.
    """
    path = Path(path)
    if path.is_dir():
        path = path / "tokenizer.json"
    try:
        content = json.loads(path.read_bytes())
    except FileNotFoundError:
        raise FileNotFoundError(f"there is no tokenizer at {path}; was it saved there?") from None
    except ValueError as error:
        raise ValueError(
            f"{path} is damaged, it is not JSON ({error}); save the tokenizer again."
        ) from None
    return _rebuild(content, path)


def _rebuild(content: object, path: Path) -> Tokenizer:
    """The tokenizer that `content` describes, provided that it would write the very same file."""
    try:
        tokenizer = _class_for(content).from_dict(content)
        ours = tokenizer.to_dict()
        wrong = [
            part for part in content.keys() | ours.keys() if content.get(part) != ours.get(part)
        ]
        problem = "its " + " and ".join(sorted(wrong)) if wrong else ""
    except (AttributeError, IndexError, KeyError, TypeError, ValueError):
        problem = "its content"
    if problem:
        raise ValueError(
            f"{path} was not written by a tokenizer of lmlab, or was changed since: {problem} "
            "cannot be ours. Save the tokenizer again; to use one of another make, open it with "
            "tokenizers.Tokenizer.from_file."
        )
    return tokenizer


def _class_for(content) -> type[CharTokenizer | ByteTokenizer | BPETokenizer]:
    if content["model"]["type"] == "WordLevel":
        return CharTokenizer
    return ByteTokenizer if content["pre_tokenizer"]["type"] == "ByteLevel" else BPETokenizer
