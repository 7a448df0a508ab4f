"""Byte-pair merges: learned from words with their counts, applied to one word at a time."""

import heapq
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

from tqdm.auto import tqdm

Pair = tuple[int, int]

N_BYTES = 256
MIN_COUNT = 2  # a pair seen once saves nothing


def count_pairs(words: Sequence[Sequence[int]], counts: Sequence[int]) -> Counter[Pair]:
    """How often each two ids stand side by side, when word number i occurs counts[i] times.

    Pairs never reach from one word into the next. Built in chapter 3.1.
    """
    pairs: Counter[Pair] = Counter()
    for word, count in zip(words, counts, strict=True):
        for pair in pairwise(word):
            pairs[pair] += count
    return pairs


def most_frequent_pair(pairs: Mapping[Pair, int]) -> Pair:
    """The pair with the largest count; of several, the smallest: first by left id, then by right.

    Without such a rule the order of the text, or of a dictionary, would decide. Built in chapter
    3.1.
    """
    return min(pairs, key=lambda pair: (-pairs[pair], pair))


def merge_pair(ids: Sequence[int], pair: Pair, new_id: int) -> list[int]:
    """`ids` with each occurrence of `pair`, from left to right, replaced by `new_id`, a new one.

    Of three equal ids in a row the first two are merged. Built in chapter 3.1.
    """
    merged: list[int] = []
    for id in ids:
        if merged and (merged[-1], id) == pair:
            merged[-1] = new_id
        else:
            merged.append(id)
    return merged


def merge_steps(ids: Sequence[int], ranks: Mapping[Pair, int]) -> list[list[int]]:
    """`ids`, then `ids` after each merge, the earliest learned merge first; the last is the code.

    `ranks` gives the id that a pair becomes; a smaller id was learned earlier. Built in chapter
    3.1.
    """
    steps = [list(ids)]
    while known := ranks.keys() & set(pairwise(steps[-1])):
        pair = min(known, key=ranks.__getitem__)
        steps.append(merge_pair(steps[-1], pair, ranks[pair]))
    return steps


def learn_merges(
    words: Sequence[Sequence[int]],
    counts: Sequence[int],
    n_merges: int,
    *,
    progress: bool = False,
) -> list[Pair]:
    """Learn up to `n_merges` merges: merge number i joins a pair into the id 256 + i.

    At each step the most frequent adjacent pair is merged in every word; of equally frequent pairs,
    the smallest (first its left id, then its right id). Learning ends early when no pair is left
    that occurs twice.

    A rescan of all words for each merge would cost merges × text. Here the counts are kept, with
    the words in which each pair occurs, and only those words are touched.
    Source: Sennrich et al. 2016, "Neural machine translation of rare words with subword units".
    Built in chapter 3.1.
    """
    table = _PairTable(words, counts)
    merges: list[Pair] = []
    with tqdm(total=n_merges, desc="learning merges", delay=1, disable=not progress) as bar:
        while len(merges) < n_merges and (pair := table.pop_most_frequent()) is not None:
            table.merge(pair, N_BYTES + len(merges))
            merges.append(pair)
            bar.update()
    return merges


class _PairTable:
    """Words under merging, the count of each adjacent pair, and where each pair occurs."""

    def __init__(self, words: Sequence[Sequence[int]], counts: Sequence[int]):
        self.words = list(words)
        self.word_counts = counts
        self.counts = count_pairs(words, counts)
        self.where: defaultdict[Pair, set[int]] = defaultdict(set)
        for index, word in enumerate(self.words):
            for pair in pairwise(word):
                self.where[pair].add(index)
        self.heap = [(-count, pair) for pair, count in self.counts.items()]
        heapq.heapify(self.heap)

    def pop_most_frequent(self) -> Pair | None:
        """The most frequent pair, or None when no pair is left that occurs often enough.

        Counts only fall after a pair enters the heap, so an entry may promise too much: it goes
        back with its true count, and the first entry that tells the truth is the winner.
        """
        while self.heap:
            promised, pair = heapq.heappop(self.heap)
            count = self.counts[pair]
            if count < MIN_COUNT:
                continue
            if count == -promised:
                return pair
            heapq.heappush(self.heap, (-count, pair))
        return None

    def merge(self, pair: Pair, new_id: int) -> None:
        """Merge `pair` into `new_id` in every word that holds it, and keep the counts true."""
        left, right = pair
        fresh: set[Pair] = set()
        for index in self.where.pop(pair):
            word, merged, start = self.words[index], [], 0
            for place in _occurrences(word, pair):
                merged += word[start:place]
                start = place + 2
                if merged:
                    before = merged[-1]
                    self._exchange((before, left), (before, new_id), index, fresh)
                if start < len(word):
                    after = word[start]
                    self._exchange((right, after), (new_id, after), index, fresh)
                merged.append(new_id)
            self.words[index] = merged + word[start:]
        del self.counts[pair]
        for new in fresh:
            heapq.heappush(self.heap, (-self.counts[new], new))

    def _exchange(self, old: Pair, new: Pair, index: int, fresh: set[Pair]) -> None:
        """In word number `index`, the pair `new` stands where the pair `old` was."""
        self.counts[old] -= self.word_counts[index]
        self.counts[new] += self.word_counts[index]
        self.where[new].add(index)
        fresh.add(new)


def _occurrences(ids: list[int], pair: Pair) -> Iterator[int]:
    """The places where `pair` begins, from left to right, none inside the one before."""
    left, right = pair
    place, last = 0, len(ids) - 1
    while place < last:
        try:
            place = ids.index(left, place, last)
        except ValueError:
            return
        if ids[place + 1] == right:
            yield place
            place += 1
        place += 1
