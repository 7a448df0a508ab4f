"""Documents to one array of tokens, and the array to batches for training and evaluation."""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from jaxtyping import Int64
from torch import Tensor
from tqdm.auto import tqdm

from lmlab.text.token_file import read_tokens, write_tokens
from lmlab.text.tokenizer import Tokenizer

IGNORED = -100  # the target that torch's cross-entropy leaves out


class Batch(NamedTuple):
    """Token ids, and for each the id that follows it."""

    inputs: Int64[Tensor, "batch time"]
    targets: Int64[Tensor, "batch time"]

    def predict(self, model: Callable[..., Tensor]) -> Tensor:
        """The model's logits of `targets`, (batch, time, vocab_size)."""
        return model(self.inputs.to(model.device))


class Batches:
    """An endless iterator over shuffled blocks of a text, exact to resume. Built in chapter 5.

    An epoch cuts the text, from a random place within the first block, into blocks that do not
    overlap, and shuffles them; a batch may hold the end of one epoch and the beginning of the next.
    What comes next depends on nothing but (`seed`, `position`).

    Args:
        tokens: ids, (n_tokens,); may be a memory-mapped file, only the blocks asked for are read.
        batch_size: blocks in a batch.
        context_length: tokens in a block, each with the token that follows it as its target.
        seed: of the shuffling; a whole number from 0 on.
        begin_with: the token that every block begins with, such as the mark between documents, so
            that no document is read without its beginning; None lets blocks begin anywhere. Such
            blocks overlap: behind a short document stands the beginning of the next.
    """

    def __init__(
        self,
        tokens: np.ndarray,
        batch_size: int,
        context_length: int,
        seed: int = 0,
        begin_with: int | None = None,
    ):
        _check_sizes(batch_size, context_length)
        _check_length(tokens, context_length)
        if seed < 0:
            raise ValueError(f"seed={seed} is negative; choose a whole number from 0 on.")
        self.tokens = tokens
        self.batch_size = batch_size
        self.context_length = context_length
        self.seed = seed
        self.tokens_per_batch = batch_size * context_length
        self.rows = range(batch_size)
        """Which rows of each batch are served; of several processes, each reads rows of its own."""
        self.position = 0
        """Batches served so far."""
        self._beginnings = None
        if begin_with is None:
            # One block fewer than would fit leaves room for the random beginning of an epoch.
            self.blocks_per_epoch = max(1, (len(tokens) - 1) // context_length - 1)
        else:
            self._beginnings = _beginnings(tokens, begin_with, context_length)
            self.blocks_per_epoch = len(self._beginnings)
        self._epoch: int | None = None
        self._starts = np.empty(0, dtype=np.int64)

    def __iter__(self) -> Iterator[Batch]:
        return self

    def __next__(self) -> Batch:
        first = self.position * self.batch_size
        starts = [self._block_start(first + row) for row in self.rows]
        self.position += 1
        return _as_batch(_blocks(self.tokens, starts, self.context_length))

    def seek(self, position: int) -> None:
        """Go on as if exactly `position` batches had been served."""
        if position < 0:
            raise ValueError(f"position={position} is negative; the first batch is at 0.")
        self.position = position

    def _block_start(self, number: int) -> int:
        epoch, place = divmod(number, self.blocks_per_epoch)
        if epoch != self._epoch:
            self._epoch, self._starts = epoch, self._shuffled_starts(epoch)
        return int(self._starts[place])

    def _shuffled_starts(self, epoch: int) -> np.ndarray:
        generator = np.random.default_rng((self.seed, epoch))
        if self._beginnings is not None:
            return generator.permutation(self._beginnings)
        left_over = len(self.tokens) - self.blocks_per_epoch * self.context_length
        beginning = generator.integers(min(left_over, self.context_length))
        return generator.permutation(self.blocks_per_epoch) * self.context_length + beginning


def evaluation_blocks(
    tokens: np.ndarray, context_length: int, batch_size: int = 32
) -> Iterator[Batch]:
    """The text in order, as blocks: each token but the first is a target exactly once.

    The last batch may have fewer rows. The last block is filled up with inputs 0 and targets -100,
    which `cross_entropy` ignores: divide by the number of targets that are not -100.
    """
    _check_sizes(batch_size, context_length)
    _check_length(tokens, 1)
    n_whole = (len(tokens) - 1) // context_length
    for first in range(0, n_whole, batch_size):
        starts = np.arange(first, min(first + batch_size, n_whole)) * context_length
        yield _as_batch(_blocks(tokens, starts, context_length))
    rest = np.asarray(tokens[n_whole * context_length :], dtype=np.int64)
    if len(rest) > 1:
        missing = context_length + 1 - len(rest)
        inputs = np.pad(rest[:-1], (0, missing))
        targets = np.pad(rest[1:], (0, missing), constant_values=IGNORED)
        yield Batch(torch.from_numpy(inputs[None]), torch.from_numpy(targets[None]))


def evaluation_documents(
    tokens: np.ndarray, context_length: int, mark: int, batch_size: int = 32
) -> Iterator[Batch]:
    """Each document by itself, read from the mark before it: each token is a target exactly once.

    Rows are filled up as in `evaluation_blocks`; a document longer than the context goes on in
    another row.
    """
    _check_sizes(batch_size, context_length)
    ends = np.flatnonzero(np.asarray(tokens) == mark) + 1
    rows = []
    for document in np.split(np.asarray(tokens, dtype=np.int64), ends):
        row = np.concatenate(([mark], document))
        rows += [row[i : i + context_length + 1] for i in range(0, len(document), context_length)]
    for first in range(0, len(rows), batch_size):
        yield _padded(rows[first : first + batch_size])


def encode_documents(
    documents: Iterable[str],
    tokenizer: Tokenizer,
    path: str | Path | None = None,
    *,
    progress: bool = True,
) -> np.ndarray:
    """All documents as one array, (n_tokens,), uint16 or uint32, `eos_id` after each of them.

    A tokenizer without `<|endoftext|>` gives the documents without a mark between them. With a
    `path` (its name ends in `.npy`) the array is a memory-mapped file; the file of an earlier call
    is used again if it was made from the same documents by the same tokenizer, else replaced.
    """
    if isinstance(documents, str):
        raise TypeError("documents is one string; give a list of documents, such as [text].")
    documents = documents if isinstance(documents, Sequence) else list(documents)
    dtype = np.dtype(np.uint16 if tokenizer.vocab_size <= 2**16 else np.uint32)
    if not any(documents):
        raise ValueError("there is no text to encode: no document has a character.")
    if path is None:
        return np.concatenate(list(_encoded(documents, tokenizer, dtype, progress)))
    path = Path(path)
    if path.suffix != ".npy":
        raise ValueError(f"the path of a token file ends in .npy, not as in {path}.")
    digest = _digest(documents, tokenizer)
    if read_tokens(path, digest) is None:
        write_tokens(path, _encoded(documents, tokenizer, dtype, progress), dtype, digest)
    return read_tokens(path, digest)


def characters_per_token(
    documents: Iterable[str], tokenizer: Tokenizer, tokens: np.ndarray
) -> float:
    """How many characters of `documents` one of their `tokens` carries on average.

    The mark at the end of a document counts as one character: a model has to predict it as well.
    Bits per character = nats per token / ln 2 / characters per token.
    """
    end = 0 if tokenizer.eos_id is None else 1
    return sum(len(document) + end for document in documents) / len(tokens)


def _encoded(
    documents: Sequence[str], tokenizer: Tokenizer, dtype: np.dtype, progress: bool
) -> Iterator[np.ndarray]:
    end = [] if tokenizer.eos_id is None else [tokenizer.eos_id]
    n_characters = sum(map(len, documents))
    with tqdm(
        total=n_characters,
        desc="encoding",
        unit="char",
        unit_scale=True,
        delay=1,
        disable=not progress,
    ) as bar:
        for document in documents:
            yield np.array(tokenizer.encode(document) + end, dtype=dtype)
            bar.update(len(document))


def _digest(documents: Sequence[str], tokenizer: Tokenizer) -> str:
    digest = hashlib.sha256()
    for text in (tokenizer.to_json(), *documents):
        content = text.encode("utf-8", errors="surrogatepass")
        digest.update(len(content).to_bytes(8, "big") + content)
    return digest.hexdigest()


def _blocks(tokens: np.ndarray, starts: Sequence[int] | np.ndarray, length: int) -> np.ndarray:
    """Blocks of `length` tokens and the one that follows, (len(starts), length + 1)."""
    places = np.asarray(starts)[:, None] + np.arange(length + 1)
    return tokens[places].astype(np.int64)


def _padded(rows: Sequence[np.ndarray]) -> Batch:
    length = max(map(len, rows)) - 1
    inputs = np.zeros((len(rows), length), dtype=np.int64)
    targets = np.full((len(rows), length), IGNORED, dtype=np.int64)
    for i, row in enumerate(rows):
        inputs[i, : len(row) - 1], targets[i, : len(row) - 1] = row[:-1], row[1:]
    return Batch(torch.from_numpy(inputs), torch.from_numpy(targets))


def _beginnings(tokens: np.ndarray, mark: int, context_length: int) -> np.ndarray:
    """Where a block that begins with `mark` can begin."""
    places = np.flatnonzero(np.asarray(tokens) == mark)
    places = places[places + context_length < len(tokens)]
    if not len(places):
        raise ValueError(
            f"no block of {context_length + 1} tokens begins with token {mark}: use more "
            "documents, a shorter context_length, or blocks that begin anywhere."
        )
    return places


def _as_batch(blocks: np.ndarray) -> Batch:
    both = torch.from_numpy(blocks)
    return Batch(inputs=both[:, :-1].contiguous(), targets=both[:, 1:].contiguous())


def _check_sizes(batch_size: int, context_length: int) -> None:
    if batch_size < 1 or context_length < 1:
        raise ValueError(
            f"batch_size={batch_size} and context_length={context_length} must both be 1 or more."
        )


def _check_length(tokens: np.ndarray, context_length: int) -> None:
    if tokens.ndim != 1 or not np.issubdtype(tokens.dtype, np.integer):
        raise ValueError(
            f"tokens must be one row of whole numbers, not {tokens.dtype} of shape {tokens.shape}."
        )
    n_tokens, needed = len(tokens), context_length + 1
    if n_tokens < needed:
        shorter = f" or context_length ≤ {n_tokens - 1}" if n_tokens > 1 else ""
        raise ValueError(
            f"the text has {n_tokens} tokens, a block needs {needed} (the token after its last "
            f"included): use more text{shorter}."
        )
