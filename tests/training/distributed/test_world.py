"""Who one is among the processes, and what one process alone makes of it."""

import pytest
import torch

from lmlab.training.distributed import ALONE, World, join
from lmlab.training.distributed.world import is_restarted


def test_without_torchrun_a_process_is_alone(tmp_path):
    with join("fsdp", tmp_path) as world:
        assert world is ALONE and world.speaks
        world.wait()
        assert world.sum(1, 2.5) == (1, 2.5) and world.longest(3.0) == 3.0
        assert world.any(True) and not world.any(False)
        assert world.from_first({"a": [1, None]}) == {"a": [1, None]}


def test_only_the_first_speaks():
    assert [World(rank, 3).speaks for rank in range(3)] == [True, False, False]


def test_an_unknown_way_to_spread_a_model_is_refused(tmp_path):
    with pytest.raises(ValueError, match="parallel='zero' is none of ddp, fsdp"):
        with join("zero", tmp_path):
            pass


def test_dropout_differs_between_processes_and_comes_again():
    def noise(rank, step):
        World(rank, 2).reseed(seed=1, step=step)
        return torch.rand(4).tolist()

    assert noise(0, 5) == noise(0, 5)
    assert len({tuple(noise(rank, step)) for rank in (0, 1) for step in (5, 6)}) == 4


def test_one_process_goes_on_drawing():
    torch.manual_seed(0)
    wanted = torch.rand(2)
    torch.manual_seed(0)
    ALONE.reseed(seed=1, step=5)
    assert torch.equal(torch.rand(2), wanted)


def test_a_run_that_torchrun_starts_again_goes_on(tmp_path, monkeypatch):
    assert not is_restarted(tmp_path)
    monkeypatch.setenv("TORCHELASTIC_RESTART_COUNT", "1")
    assert not is_restarted(tmp_path)  # nothing to go on with
    (tmp_path / "run.json").write_text("{}")
    assert is_restarted(tmp_path)
