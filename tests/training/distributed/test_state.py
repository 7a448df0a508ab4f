"""Checkpoints of several processes: whole, checked, and good for any number of processes."""

import json
import shutil

import pytest
import torch

from lmlab.models import open_model
from lmlab.training.checkpoints import SHARDS, DamagedCheckpoint, complete, load_checkpoint

QUICK = ("ddp-adamw", "fsdp-muon", "ddp-masked")


def half_way(folder, full, tmp_path):
    """A copy of the run that stops at its first checkpoint."""
    copy = tmp_path / full
    shutil.copytree(folder / full, copy)
    first, last = complete(copy / "checkpoints")
    shutil.rmtree(last)
    return copy, first


@pytest.mark.parametrize("full", QUICK)
def test_what_two_processes_began_one_ends(full, trained, worker, tmp_path):
    copy, first = half_way(trained(2, *QUICK), full, tmp_path)
    assert first.name == f"step-{worker.HALF:08d}"
    resumed, alone = worker.run(full.split("-")[1], out=copy), worker.alone(full.split("-")[1])
    assert [row["step"] for row in resumed.history] == list(range(1, worker.STEPS + 1))
    for name, wanted in alone.model.weights().items():
        torch.testing.assert_close(resumed.model.weights()[name], wanted, atol=1e-5, rtol=0)


def test_each_process_writes_its_part_and_no_pickle(trained):
    checkpoint = complete(trained(2, *QUICK) / "fsdp-muon" / "checkpoints")[-1]
    files = {file.relative_to(checkpoint).as_posix() for file in checkpoint.rglob("*")}
    assert len(list((checkpoint / SHARDS).iterdir())) == 2
    assert {name.rsplit(".")[-1] for name in files} <= {"json", "safetensors", SHARDS}
    state = json.loads((checkpoint / "state.json").read_text())
    assert state["digests"].keys() == {
        name for name in files if "." in name and name != "state.json"
    }


@pytest.mark.parametrize("which", ["model.safetensors", SHARDS])
def test_damage_to_any_part_is_found(which, trained, tmp_path):
    _, checkpoint = half_way(trained(2, *QUICK), "fsdp-muon", tmp_path)
    path = checkpoint / which
    path = next(path.iterdir()) if path.is_dir() else path
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)
    with pytest.raises(DamagedCheckpoint, match="not what was written"):
        load_checkpoint(checkpoint)


@pytest.mark.long
@pytest.mark.parametrize("way", ["adamw", "muon"])
def test_a_run_goes_on_in_four_processes_then_in_one(way, trained, torchrun, worker, tmp_path):
    folder = trained(2, *QUICK) if way == "muon" else trained(2, "fsdp-adamw")
    copy, _ = half_way(folder, f"fsdp-{way}", tmp_path)
    shutil.move(copy, tmp_path / f"ddp-{way}")  # goes on as whole copies
    done = torchrun(4, worker.__file__, tmp_path, f"ddp-{way}")
    assert done.returncode == 0, done.stderr[-3000:]
    shutil.rmtree(complete(tmp_path / f"ddp-{way}" / "checkpoints")[-1])
    ended = worker.run(way, out=tmp_path / f"ddp-{way}")
    for model in (open_model(tmp_path / f"ddp-{way}"), ended.model):
        for name, wanted in worker.alone(way).model.weights().items():
            torch.testing.assert_close(
                model.weights()[name].detach(), wanted.detach(), atol=1e-5, rtol=0
            )


@pytest.mark.long
def test_what_one_process_began_two_end_in_parts(torchrun, worker, tmp_path):
    worker.run("muon", out=tmp_path / "fsdp-muon")
    shutil.rmtree(complete(tmp_path / "fsdp-muon" / "checkpoints")[-1])
    done = torchrun(2, worker.__file__, tmp_path, "fsdp-muon")
    assert done.returncode == 0, done.stderr[-3000:]
    weights = open_model(tmp_path / "fsdp-muon").weights()
    for name, wanted in worker.alone("muon").model.weights().items():
        torch.testing.assert_close(weights[name].detach(), wanted.detach(), atol=1e-5, rtol=0)
