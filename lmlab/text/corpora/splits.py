"""Splits by document, in which no passage of the held-out text stands in the training text.

A model that has seen a passage word for word is not tested by it. Reference works and source code
repeat themselves, so that choosing documents at random is not enough (chapter 02_1).
"""

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import TypeVar

import numpy as np

Item = TypeVar("Item")

WINDOW = 50
"""No run of so many characters of a held-out split stands in its training text."""

CHUNK = 1 << 20
MULTIPLIER = 0x9E3779B97F4A7C15  # odd, so that it has an inverse modulo 2^64
BLOCKS = "\n\n"
NO_HASHES = np.empty(0, np.uint64)


def split_documents(
    documents: Mapping[str, str], *, held_out: float = 0.1, groups: Mapping[str, str] | None = None
) -> tuple[list[str], list[str], list[str]]:
    """Training, validation and test documents; the last two hold about `held_out` of the text each.

    Documents of one group (by default each is its own) stay together. A paragraph that was seen in
    an earlier document is dropped, and so is each training paragraph that shares a run of 50
    characters with a held-out one. The same documents give the same splits on every machine.
    """
    paragraphs = _without_seen_paragraphs(documents)
    groups = groups or {name: name for name in documents}
    sizes: Counter[str] = Counter()
    for name, blocks in paragraphs.items():
        sizes[groups[name]] += sum(len(block) + len(BLOCKS) for block in blocks)
    place = assign(sizes, held_out)
    parts: dict[str, list[list[str]]] = {"train": [], "validation": [], "test": []}
    for name, blocks in paragraphs.items():
        parts[place[groups[name]]].append(blocks)
    test = parts["test"]
    validation = _without_shared(parts["validation"], test)
    train = _without_shared(parts["train"], validation + test)
    return _join(train), _join(validation), _join(test)


def split_items(
    items: Sequence[Item], *, held_out: float, groups: Sequence[str] | None = None
) -> tuple[list[Item], list[Item], list[Item]]:
    """The same for short documents of any kind, kept or dropped whole; `str(item)` is the text.

    `groups` names for each item those it must stay together with.
    """
    texts = list(map(str, items))
    groups = groups or texts
    place = assign(Counter(groups), held_out)
    parts: dict[str, list[int]] = {"train": [], "validation": [], "test": []}
    for position, group in enumerate(groups):
        parts[place[group]].append(position)
    held = parts["test"]
    for split in ("validation", "train"):
        keep = unshared([texts[p] for p in parts[split]], BLOCKS.join(texts[p] for p in held))
        parts[split] = [p for p, kept in zip(parts[split], keep, strict=True) if kept]
        held = held + parts[split]
    return tuple([items[p] for p in positions] for positions in parts.values())


def assign(sizes: Mapping[str, int], held_out: float) -> dict[str, str]:
    """A split for each name: in the order of their hashes, test and validation take what fits."""
    budget = {split: held_out * sum(sizes.values()) for split in ("test", "validation")}
    place = {}
    for name in sorted(sizes, key=lambda name: hashlib.sha256(name.encode()).digest()):
        fits = [split for split, left in budget.items() if sizes[name] <= left]
        place[name] = fits[0] if fits else "train"
        if fits:
            budget[fits[0]] -= sizes[name]
    for split in ("validation", "test"):  # of very few documents, the smallest are held out
        left = [name for name in sizes if place[name] == "train"]
        if len(left) > 1 and split not in place.values():
            place[min(left, key=lambda name: (sizes[name], name))] = split
    return place


def unshared(blocks: Sequence[str], held_out: str) -> np.ndarray:
    """For each block, False where it has to go for no run of 50 characters of `held_out` to stay.

    The blocks are taken as one text with an empty line between them. Taking one out brings its
    neighbours together, which can make a new shared run: so it is looked at again, until none is.
    """
    known = Windows(held_out)
    kept = np.arange(len(blocks))
    while True:
        hits = known.hits(BLOCKS.join(blocks[position] for position in kept))
        if not len(hits):
            return np.isin(np.arange(len(blocks)), kept)
        ends = np.cumsum([len(blocks[position]) + len(BLOCKS) for position in kept])
        touched = np.zeros(len(kept) + 1, np.int64)
        np.add.at(touched, np.searchsorted(ends, hits, side="right"), 1)
        np.add.at(touched, np.searchsorted(ends, hits + WINDOW - 1, side="right") + 1, -1)
        kept = kept[np.cumsum(touched)[:-1] == 0]


class Windows:
    """The set of all runs of 50 characters in a text, as 64-bit hashes.

    Never misses a run that is there; would report one that is not with a chance of about 1 in 10^7
    for texts of ten million characters.
    """

    def __init__(self, text: str):
        self.hashes = np.sort(np.concatenate([NO_HASHES, *_window_hashes(text)]))
        self.leading_bits = np.zeros(1 << 24, bool)  # most runs are ruled out by their first bits
        self.leading_bits[self.hashes >> np.uint64(40)] = True

    def hits(self, text: str) -> np.ndarray:
        """The positions at which a run of `text` begins that is in the set."""
        found = [np.empty(0, np.int64)]
        for number, hashes in enumerate(_window_hashes(text)):
            maybe = np.flatnonzero(self.leading_bits[hashes >> np.uint64(40)])
            found.append(maybe[self._contains(hashes[maybe])] + number * CHUNK)
        return np.concatenate(found)

    def _contains(self, hashes: np.ndarray) -> np.ndarray:
        # By search in the sorted hashes: np.isin builds a hash table, ten times slower here.
        places = np.searchsorted(self.hashes, hashes).clip(max=max(len(self.hashes) - 1, 0))
        return self.hashes[places] == hashes


def _window_hashes(text: str) -> Iterator[np.ndarray]:
    """One hash for each run of 50 characters, Σ c_i · m^i modulo 2^64, shifted to begin at m^0."""
    codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)
    for start in range(0, len(codes) - WINDOW + 1, CHUNK):
        chunk = codes[start : start + CHUNK + WINDOW - 1].astype(np.uint64) + np.uint64(1)
        powers, inverses = _powers()
        sums = np.zeros(len(chunk) + 1, np.uint64)
        np.cumsum(chunk * powers[: len(chunk)], out=sums[1:])
        yield (sums[WINDOW:] - sums[:-WINDOW]) * inverses[: len(chunk) - WINDOW + 1]


@cache
def _powers() -> tuple[np.ndarray, np.ndarray]:
    def run(factor: int) -> np.ndarray:
        factors = np.full(CHUNK + WINDOW, factor, np.uint64)
        factors[0] = 1
        return np.cumprod(factors)

    return run(MULTIPLIER), run(pow(MULTIPLIER, -1, 1 << 64))


def _without_seen_paragraphs(documents: Mapping[str, str]) -> dict[str, list[str]]:
    """Each document as its paragraphs, without those of 50 characters or more seen before."""
    seen: set[str] = set()
    kept: dict[str, list[str]] = {}
    for name, text in documents.items():
        fresh = []
        for block in text.split(BLOCKS):
            words = " ".join(block.split())  # a passage may stand elsewhere with other indentation
            if words not in seen:
                fresh.append(block)
            if len(words) >= WINDOW:
                seen.add(words)
        if any(block.strip() for block in fresh):
            kept[name] = fresh
    return kept


def _without_shared(documents: list[list[str]], held_out: list[list[str]]) -> list[list[str]]:
    """The documents without the paragraphs that repeat the held-out ones."""
    blocks = [block for document in documents for block in document]
    keep = iter(unshared(blocks, BLOCKS.join(_join(held_out))))
    left = ([block for block in document if next(keep)] for document in documents)
    return [document for document in left if any(block.strip() for block in document)]


def _join(documents: list[list[str]]) -> list[str]:
    return [BLOCKS.join(document) for document in documents]
