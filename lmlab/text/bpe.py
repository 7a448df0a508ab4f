"""Byte-pair encoding: tokens grow from bytes by merging the most frequent pairs."""

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property, lru_cache
from itertools import chain
from typing import Any, Literal

from tqdm.auto import tqdm

from lmlab.text.byte import BYTE_LEVEL, byte_level_model, printable_bytes
from lmlab.text.merges import MIN_COUNT, N_BYTES, Pair, learn_merges, merge_steps
from lmlab.text.vocabulary import (
    END_OF_TEXT,
    VocabularyTokenizer,
    check_valid_text,
    special_in,
)

# Merges never cross the border of a piece. The pattern has the form of GPT-2's: a word, a number or
# a run of symbols, each with the space before it; else white space, its last space left to the next
# piece. GPT-2 names letters by Unicode category, and libraries carry different versions of Unicode.
# These ranges mean the same everywhere: scripts are letters, and so are their marks and digits;
# punctuation, signs, private characters and emoji are symbols.
_LETTER = (
    "A-Za-zÀ-ÖØ-öø-\u1fff\u2c00-\u2dff\u2e80-\u2fdf\u3005-\u3007\u3040-\ud7ff\uf900-\ufdff"
    "\ufe70-\ufefe\uff10-\uff19\uff21-\uff3a\uff41-\uff5a\uff66-\uffdc\U00010000-\U0001efff"
    "\U00020000-\U000effff"
)
_SPACE = r" \t-\r"
PATTERN = (
    rf"'(?:[sdmt]|ll|ve|re)| ?[{_LETTER}]+| ?[0-9]+| ?[^{_SPACE}{_LETTER}0-9]+"
    rf"|[{_SPACE}]{{1,100}}(?![^{_SPACE}])|[{_SPACE}]{{1,100}}"
)

LONG_TEXT = 200  # from so many characters on, the library encodes


class BPETokenizer(VocabularyTokenizer):
    """Byte-level byte-pair encoding: every text can be written, frequent pieces are one token.

    Ids 0 to 255 are the bytes, id 256 + i is what merge number i makes, special tokens follow. A
    tokenizer with fewer merges is therefore the beginning of one with more. Built in chapter 3.1.
    """

    def __init__(self, merges: Sequence[Pair], special_tokens: Iterable[str] = (END_OF_TEXT,)):
        table = [bytes([byte]) for byte in range(N_BYTES)]
        for left, right in merges:
            table.append(table[left] + table[right])
        super().__init__(table, special_tokens)
        self.merges = list(merges)
        self._ranks = {pair: N_BYTES + place for place, pair in enumerate(merges)}
        self._encode_piece = lru_cache(maxsize=2**16)(self._merge_piece)

    @classmethod
    def train(
        cls,
        texts: str | Iterable[str],
        vocab_size: int,
        special_tokens: Iterable[str] = (END_OF_TEXT,),
        *,
        engine: Literal["readable", "tokenizers"] = "readable",
        progress: bool = True,
    ) -> "BPETokenizer":
        """Learn merges from a text, or from several, until there are `vocab_size` tokens.

        There are fewer when no pair is left that occurs twice. Of equally frequent pairs the one is
        taken whose left, then right, token comes first; bytes come before merged tokens, and stand
        in the order of `printable_bytes`: the rule of the `tokenizers` library. Both engines give
        the same merges: "readable" runs `learn_merges`, "tokenizers" the library, on all cores.
        """
        special_tokens = tuple(special_tokens)
        n_merges = vocab_size - N_BYTES - len(special_tokens)
        if n_merges < 0:
            raise ValueError(
                f"vocab_size={vocab_size} is too small: the 256 bytes and {len(special_tokens)} "
                f"special tokens take {vocab_size - n_merges}; each merge adds one."
            )
        learn = {"readable": _learn_readably, "tokenizers": _learn_by_library}.get(engine)
        if learn is None:
            raise ValueError(f'engine={engine!r} is not known; choose "readable" or "tokenizers".')
        texts = [texts] if isinstance(texts, str) else texts
        return cls(learn(_checked(texts), n_merges, progress), special_tokens)

    def merge_steps(self, text: str) -> list[list[str]]:
        """The tokens of one piece of text after each merge, from single bytes to the last merge."""
        check_valid_text(text)
        return [self.tokens(ids) for ids in merge_steps(text.encode(), self._ranks)]

    def _encode_ordinary(self, text: str) -> list[int]:
        if len(text) >= LONG_TEXT:
            return self._library.encode_ordinary(text)
        return self._encode_readably(text)

    def _encode_readably(self, text: str) -> list[int]:
        return list(chain.from_iterable(map(self._encode_piece, split_pieces(text))))

    def _merge_piece(self, piece: str) -> list[int]:
        return merge_steps(piece.encode(), self._ranks)[-1]

    @cached_property
    def _library(self):
        """The same encoding by `tiktoken`.

        It merges whichever neighbours spell the earliest token, we the pair from which that token
        was learned. For merges that were learned from text the two are the same: a string's own
        bytes alone decide how it is merged.
        """
        import tiktoken

        ranks = {token: id for id, token in enumerate(self._table[: N_BYTES + len(self.merges)])}
        return tiktoken.Encoding("lmlab", pat_str=PATTERN, mergeable_ranks=ranks, special_tokens={})

    def _library_parts(self) -> dict[str, Any]:
        split = {
            "type": "Split",
            "pattern": {"Regex": PATTERN},
            "behavior": "Isolated",
            "invert": False,
        }
        ordinary = self._table[: N_BYTES + len(self.merges)]
        return {
            "pre_tokenizer": {"type": "Sequence", "pretokenizers": [split, BYTE_LEVEL]},
            "decoder": BYTE_LEVEL,
            "model": byte_level_model(ordinary, self.merges),
        }

    @classmethod
    def from_dict(cls, content: dict[str, Any]) -> "BPETokenizer":
        """The tokenizer whose `to_dict()` is `content`."""
        ids = content["model"]["vocab"]
        pairs = content["model"]["merges"]
        if any(ids[left + right] != N_BYTES + place for place, (left, right) in enumerate(pairs)):
            raise ValueError("the merges do not make the tokens of the vocabulary in their order")
        return cls([(ids[left], ids[right]) for left, right in pairs], special_in(content))


def split_pieces(text: str) -> list[str]:
    """Cut a text into the pieces that merges never cross; together they are the text."""
    return _PIECE.findall(text)


_PIECE = re.compile(PATTERN)


def _learn_readably(texts: Iterable[str], n_merges: int, progress: bool) -> list[Pair]:
    pieces: Counter[str] = Counter()
    for text in tqdm(texts, desc="cutting text", delay=1, disable=not progress):
        pieces.update(split_pieces(text))
    # Places in the printable order take the part of bytes: "smallest pair" then breaks ties as the
    # `tokenizers` library does.
    order = bytes(printable_bytes())
    places = bytes(order.index(byte) for byte in range(N_BYTES))
    words = [list(piece.encode().translate(places)) for piece in pieces]
    merges = learn_merges(words, list(pieces.values()), n_merges, progress=progress)
    real = [*order, *range(N_BYTES, N_BYTES + len(merges))]
    return [(real[left], real[right]) for left, right in merges]


def _learn_by_library(texts: Iterable[str], n_merges: int, progress: bool) -> list[Pair]:
    from tokenizers import Regex, Tokenizer, models, pre_tokenizers, trainers

    library = Tokenizer(models.BPE())
    library.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(PATTERN), "isolated"),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )
    trainer = trainers.BpeTrainer(
        vocab_size=N_BYTES + n_merges,
        min_frequency=MIN_COUNT,
        initial_alphabet=list(printable_bytes().values()),
        show_progress=progress,
    )
    library.train_from_iterator(texts, trainer)
    model = json.loads(library.to_str())["model"]
    ids = {character: byte for byte, character in printable_bytes().items()}
    for place, (left, right) in enumerate(model["merges"]):
        ids[left + right] = N_BYTES + place
    return [(ids[left], ids[right]) for left, right in model["merges"]]


def _checked(texts: Iterable[str]) -> Iterator[str]:
    """The texts, each found valid; an error when all are empty."""
    n_characters = 0
    for text in texts:
        check_valid_text(text)
        n_characters += len(text)
        yield text
    if not n_characters:
        raise ValueError("there is no text to learn merges from; give at least a few words.")
