"""A corpus as tokens, for training and for scores."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from lmlab.text.batches import characters_per_token, encode_documents
from lmlab.text.bpe import BPETokenizer
from lmlab.text.byte import ByteTokenizer
from lmlab.text.char import CharTokenizer
from lmlab.text.corpora import Corpus
from lmlab.text.tokenizer import Tokenizer
from lmlab.text.vocabulary import END_OF_TEXT
from lmlab.training.evaluation import Validation

BPE_SAMPLE = 4_000_000
"""Characters from which merges are learnt; more of the same text changes them little."""


@dataclass(frozen=True)
class EncodedCorpus:
    """The training split as a row of ids, (n_tokens,), and the validation split to score on."""

    corpus: Corpus | None
    """None where another process has encoded it."""
    tokenizer: Tokenizer
    train: np.ndarray
    validation: Validation


def encode_corpus(
    corpus: Corpus,
    kind: str,
    vocab_size: int | None = None,
    special_tokens: Sequence[str] = (END_OF_TEXT,),
) -> EncodedCorpus:
    """Train a tokenizer of a kind (char, byte, bpe) on the training split, and encode both splits.

    `vocab_size` is for bpe alone. A char tokenizer knows the held-out characters too: a score needs
    a probability for each of them. BERT needs the special token `MASK` as well.
    """
    train, validation, test = (
        [str(document) for document in corpus.documents(split)]
        for split in ("train", "validation", "test")
    )
    match kind:
        case "char":
            tokenizer = CharTokenizer.train([*train, *validation, *test], special_tokens)
        case "byte":
            tokenizer = ByteTokenizer(special_tokens)
        case "bpe":
            sample = _first(train, BPE_SAMPLE)
            tokenizer = BPETokenizer.train(sample, vocab_size or 1024, special_tokens)
        case _:
            raise ValueError(f"tokenizer={kind!r} is none of char, byte, bpe.")
    held_out = encode_documents(validation, tokenizer)
    return EncodedCorpus(
        corpus,
        tokenizer,
        encode_documents(train, tokenizer),
        Validation(held_out, characters_per_token(validation, tokenizer, held_out)),
    )


def _first(documents: list[str], characters: int) -> list[str]:
    """As many documents from the beginning as hold about so many characters."""
    ends = np.cumsum([len(document) for document in documents])
    return documents[: int(np.searchsorted(ends, characters)) + 1]
