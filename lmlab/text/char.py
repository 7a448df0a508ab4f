"""One token for each character that the training text holds."""

from collections.abc import Iterable
from typing import Any

from lmlab.text.vocabulary import (
    END_OF_TEXT,
    VocabularyTokenizer,
    check_valid_text,
    special_in,
)


class CharTokenizer(VocabularyTokenizer):
    """Ids are places in `characters`; special tokens follow. Built in chapter 3.1."""

    def __init__(self, characters: str, special_tokens: Iterable[str] = (END_OF_TEXT,)):
        check_valid_text(characters)
        super().__init__([character.encode() for character in characters], special_tokens)
        self.characters = characters
        self._ids = {character: id for id, character in enumerate(characters)}

    @classmethod
    def train(
        cls, texts: str | Iterable[str], special_tokens: Iterable[str] = (END_OF_TEXT,)
    ) -> "CharTokenizer":
        """Collect the characters of a text, or of several, in the order of their code points."""
        characters: set[str] = set()
        for text in [texts] if isinstance(texts, str) else texts:
            characters.update(text)
        if not characters:
            raise ValueError("there is no text to learn characters from; give at least one.")
        return cls("".join(sorted(characters)), special_tokens)

    def encode(self, text: str, *, allow_special: bool = False) -> list[int]:
        """The ids of `text`; raises ValueError for a character that is not in `characters`."""
        try:
            return super().encode(text, allow_special=allow_special)
        except KeyError as error:
            unknown = error.args[0]
        raise ValueError(
            f"character {text.index(unknown)} of the text, {unknown!r} (U+{ord(unknown):04X}), is "
            f"not among the {len(self.characters)} characters of this tokenizer. Train it on text "
            "that has the character, or use ByteTokenizer or BPETokenizer, which know every text."
        )

    def _encode_ordinary(self, text: str) -> list[int]:
        return [self._ids[character] for character in text]

    def _library_parts(self) -> dict[str, Any]:
        # The unknown token is not in the vocabulary: the library raises an error, as we do.
        return {
            "pre_tokenizer": {
                "type": "Split",
                "pattern": {"Regex": r"[\s\S]"},
                "behavior": "Isolated",
                "invert": False,
            },
            "decoder": {"type": "Fuse"},
            "model": {"type": "WordLevel", "vocab": self._ids, "unk_token": "<|unknown|>"},
        }

    @classmethod
    def from_dict(cls, content: dict[str, Any]) -> "CharTokenizer":
        """The tokenizer whose `to_dict()` is `content`."""
        return cls("".join(content["model"]["vocab"]), special_in(content))
