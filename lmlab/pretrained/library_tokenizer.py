"""A tokenizer of another make, run by the `tokenizers` library: that of a published model."""

import json
import operator
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any, SupportsIndex

import tokenizers

from lmlab.sources.atomic import write_file
from lmlab.text.byte import printable_bytes
from lmlab.text.tokenizer import Tokenizer, load_tokenizer
from lmlab.text.vocabulary import check_valid_text

TOKENIZER_CONFIG = "tokenizer_config.json"

Message = Mapping[str, str]
"""A turn of a conversation: its "role" ("system", "user" or "assistant") and its "content"."""


class LibraryTokenizer:
    """Any tokenizer.json, used like the tokenizers of `lmlab.text`.

    `eos_token` ends a text or an answer, `mask_token` hides a token from a BERT; `chat_template`
    is the Jinja template by which a conversation is written down.
    """

    def __init__(
        self,
        library: tokenizers.Tokenizer,
        *,
        eos_token: str | None = None,
        mask_token: str | None = None,
        chat_template: str | None = None,
    ):
        library.no_truncation()
        library.no_padding()
        self._library = library
        self.eos_token, self.mask_token, self.chat_template = eos_token, mask_token, chat_template
        self.vocab_size: int = library.get_vocab_size()
        added = library.get_added_tokens_decoder()
        self.special_tokens: Mapping[str, int] = MappingProxyType(
            {token.content: id for id, token in added.items() if token.special}
        )
        self._byte_level = isinstance(library.decoder, tokenizers.decoders.ByteLevel)
        self._added = frozenset(added)
        self.eos_id: int | None = self._id_of(eos_token)
        self.mask_id: int | None = self._id_of(mask_token)

    def encode(self, text: str, *, allow_special: bool = False) -> list[int]:
        """The ids of `text`, with what the model wants around it: a BERT, [CLS] and [SEP].

        A special token written in the text is ordinary text, unless allowed.
        """
        check_valid_text(text)
        self._library.encode_special_tokens = not allow_special
        return self._library.encode(text).ids

    def decode(self, ids: Iterable[SupportsIndex]) -> str:
        """The text of `ids`, special tokens as they are written.

        WordPiece forgets what it was told to forget: capitals, accents, and how many spaces.
        """
        return self._library.decode(self._checked(ids), skip_special_tokens=False)

    def tokens(self, ids: Iterable[SupportsIndex]) -> list[str]:
        r"""One string for each id, for views: " cat", where the file has "Ġcat".

        Bytes that make no whole character appear as `\xe4`. WordPiece keeps its "##ing": the mark
        says that no word begins here.
        """
        return [self._spelt(id) for id in self._checked(ids)]

    def conversation(self, messages: Sequence[Message], *, answer: bool = True) -> str:
        """The messages as one text, with the beginning of an answer unless `answer` is False.

        Its ids are `encode(text, allow_special=True)`. What a user writes is put in as it is:
        special tokens in it count, as in Transformers.
        """
        from transformers.utils.chat_template_utils import render_jinja_template

        if self.chat_template is None:
            raise ValueError("this tokenizer has no chat template: its model was not made to chat.")
        rendered, _ = render_jinja_template(
            [list(messages)],
            chat_template=self.chat_template,
            add_generation_prompt=answer,
            eos_token=self.eos_token,
        )
        return rendered[0]

    def save(self, path: str | Path) -> Path:
        """Write tokenizer.json into a folder, or to a path ending in `.json`; return its path.

        Into a folder goes tokenizer_config.json too, which Transformers reads as well.
        """
        path = Path(path)
        if path.suffix == ".json":
            return write_file(path, self.to_json())
        about = {
            "tokenizer_class": "PreTrainedTokenizerFast",
            "eos_token": self.eos_token,
            "mask_token": self.mask_token,
            "chat_template": self.chat_template,
        }
        known = {name: value for name, value in about.items() if value is not None}
        write_file(path / TOKENIZER_CONFIG, json.dumps(known, indent=2) + "\n")
        return write_file(path / "tokenizer.json", self.to_json())

    def to_json(self) -> str:
        """The text of tokenizer.json."""
        return self._library.to_str()

    def _id_of(self, token: str | None) -> int | None:
        return None if token is None else self._library.token_to_id(token)

    def _checked(self, ids: Iterable[SupportsIndex]) -> list[int]:
        ids = [operator.index(id) for id in ids]
        for id in ids:
            if not 0 <= id < self.vocab_size:
                raise ValueError(
                    f"id {id} is outside the vocabulary: ids run from 0 to {self.vocab_size - 1}. "
                    "Were the ids made by another tokenizer?"
                )
        return ids

    def _spelt(self, id: int) -> str:
        token = self._library.id_to_token(id)
        if self._byte_level and id not in self._added:  # which are written as they are
            return bytes(map(_BYTES.__getitem__, token)).decode("utf-8", errors="backslashreplace")
        return token.replace("▁", " ")


_BYTES = {character: byte for byte, character in printable_bytes().items()}


def open_tokenizer(folder: str | Path) -> Tokenizer:
    """The tokenizer in a model's folder: one of ours, or one of another make.

    Raises FileNotFoundError where there is no tokenizer.json, ValueError where it is damaged.
    """
    folder = Path(folder)
    try:
        return load_tokenizer(folder)
    except ValueError:  # not written by a tokenizer of ours
        pass
    path = folder / "tokenizer.json"
    try:
        library = tokenizers.Tokenizer.from_file(str(path))
    except Exception as error:  # the library raises plain Exceptions
        raise ValueError(f"{path} is no tokenizer ({error}); copy or download it again.") from error
    about = _read(folder / TOKENIZER_CONFIG)
    return LibraryTokenizer(
        library,
        eos_token=_content(about.get("eos_token")) or _eos_by_id(folder, library),
        mask_token=_content(about.get("mask_token")),
        chat_template=_template(about.get("chat_template"), folder),
    )


def _read(path: Path) -> dict[str, Any]:
    return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}


def _content(token: str | Mapping[str, Any] | None) -> str | None:
    """A special token is written as a string, or as an object with its properties."""
    return token["content"] if isinstance(token, Mapping) else token


def _eos_by_id(folder: Path, library: tokenizers.Tokenizer) -> str | None:
    """Older folders, such as GPT-2's, name the end of a text in config.json alone, by its id."""
    id = _read(folder / "config.json").get("eos_token_id")
    return library.id_to_token(id) if isinstance(id, int) else None


def _template(written: str | list[Mapping[str, str]] | None, folder: Path) -> str | None:
    """The template in tokenizer_config.json, by itself or by name; or a file of its own."""
    if isinstance(written, list):
        written = {each["name"]: each["template"] for each in written}.get("default")
    file = folder / "chat_template.jinja"
    return written or (file.read_text(encoding="utf-8") if file.is_file() else None)
