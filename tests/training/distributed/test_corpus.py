"""One text on disk for all: encoded once, mapped and not read whole."""

import numpy as np

from lmlab.text import CharTokenizer
from lmlab.text.batches import Batches
from lmlab.training.distributed import ALONE, World
from lmlab.training.distributed.corpus import shared_text
from lmlab.training.evaluation import Validation
from lmlab.training.texts import EncodedCorpus


class First(World):
    """The first of two processes, of which the other is not there to wait for."""

    def wait(self) -> None:
        """At once."""


def encoded() -> EncodedCorpus:
    tokens = np.arange(100, dtype=np.uint16)
    return EncodedCorpus(None, CharTokenizer("abc"), tokens, Validation(tokens[:30], 1.5))


def test_alone_nothing_is_written(tmp_path):
    text = encoded()
    assert shared_text(ALONE, tmp_path / "text", lambda: text) is text
    assert not (tmp_path / "text").exists()


def test_the_text_is_encoded_once_and_mapped(tmp_path):
    calls = []

    def encode() -> EncodedCorpus:
        calls.append(1)
        return encoded()

    for _ in range(2):
        text = shared_text(First(0, 2), tmp_path / "text", encode)
    other = shared_text(First(1, 2), tmp_path / "text", encode)
    assert len(calls) == 1
    for each in (text, other):
        assert isinstance(each.train, np.memmap) and np.array_equal(each.train, encoded().train)
        assert each.tokenizer.to_json() == encoded().tokenizer.to_json()
        assert each.validation.characters_per_token == 1.5


def test_a_text_larger_than_memory_is_served_block_by_block(tmp_path):
    path = tmp_path / "large.npy"
    large = np.lib.format.open_memmap(path, mode="w+", dtype=np.uint16, shape=(2**35,))  # 64 GB
    large[-1] = 7  # a file with a hole: it takes next to no room on the disk
    tokens = np.load(path, mmap_mode="r")
    batch = next(Batches(tokens, 2, 2**20))
    assert batch.inputs.shape == (2, 2**20)
