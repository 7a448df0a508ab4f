"""Each process has rows of its own, and together they have all."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from lmlab.text.batches import IGNORED, Batch, Batches
from lmlab.training.distributed import ALONE, World
from lmlab.training.distributed.sharding import own_part, own_rows
from lmlab.training.masking import MaskedBatches


def worlds(size: int) -> list[World]:
    return [World(rank, size) for rank in range(size)]


@given(share=st.integers(1, 5), size=st.integers(1, 6))
def test_the_rows_of_all_are_the_batch(share, size):
    rows = [row for world in worlds(size) for row in own_rows(share * size, world)]
    assert rows == list(range(share * size))


def test_a_batch_that_cannot_be_divided_is_refused():
    with pytest.raises(ValueError, match="batch_size=6 cannot be divided among 4.*1 or 2 or 3"):
        own_rows(6, World(0, 4))


@pytest.mark.parametrize("masked", [False, True])
def test_the_processes_read_together_what_one_reads(masked):
    tokens = np.random.default_rng(0).integers(9, size=300).astype(np.uint16)

    def batch(world: World) -> Batch:
        served = (
            MaskedBatches(tokens, 6, 8, mask_id=9, vocab_size=10)
            if masked
            else Batches(tokens, 6, 8)
        )
        served.seek(4)
        served.rows = own_rows(6, world)
        return next(served)

    whole = batch(ALONE)
    for parts, wanted in zip(zip(*map(batch, worlds(3)), strict=True), whole, strict=True):
        assert torch.equal(torch.cat(parts), wanted)


def test_no_process_reads_the_blocks_of_another(tmp_path):
    class Spy(np.ndarray):
        seen: list[int]

        def __getitem__(self, places):
            self.seen.extend(np.asarray(places)[:, 0].tolist())
            return np.asarray(self)[places]

    seen = []
    for world in (ALONE, *worlds(2)):
        tokens = np.arange(200).view(Spy)
        tokens.seen = []
        served = Batches(tokens, 4, 8)
        served.rows = own_rows(4, world)
        for _ in range(3):
            next(served)
        seen.append(tokens.seen)
    whole, first, second = map(set, seen)
    assert first | second == whole and not first & second


@given(n_rows=st.integers(1, 7), size=st.integers(1, 5))
def test_each_target_is_scored_once(n_rows, size):
    batch = Batch(torch.arange(n_rows)[:, None], torch.arange(n_rows)[:, None])
    parts = [own_part(batch, world) for world in worlds(size)]
    assert all(len(part.inputs) for part in parts)  # with "fsdp" all must compute
    scored = torch.cat([part.targets for part in parts]).flatten().tolist()
    assert sorted(t for t in scored if t != IGNORED) == list(range(n_rows))
