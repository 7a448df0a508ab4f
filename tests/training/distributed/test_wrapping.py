"""Several processes train one model: the losses and the weights of one process."""

import json

import pytest
import torch

from lmlab.models import open_model
from lmlab.training.checkpoints import complete
from lmlab.training.distributed import ALONE
from lmlab.training.distributed.wrapping import (
    exchanging,
    part_of,
    plain_kind,
    spread,
    whole,
    whole_model,
)

QUICK = ("ddp-adamw", "fsdp-muon", "ddp-masked")
ALL = ("ddp-adamw", "ddp-muon", "ddp-masked", "fsdp-adamw", "fsdp-muon", "fsdp-masked")


def same_as_one_process(folder, full, worker):
    alone = worker.alone(full.split("-")[1])
    history = json.loads((folder / full / "history.json").read_text())
    assert len(history) == len(alone.history) == worker.STEPS
    for row, wanted in zip(history, alone.history, strict=True):
        assert row.keys() == wanted.keys() and row["tokens"] == wanted["tokens"]
        for name in row.keys() - {"seconds", "tokens"}:
            assert row[name] == pytest.approx(wanted[name], abs=1e-5), (row["step"], name)
    weights = open_model(folder / full).weights()
    for name, wanted in alone.model.weights().items():
        torch.testing.assert_close(weights[name], wanted.detach(), atol=1e-5, rtol=0)


@pytest.mark.parametrize("full", QUICK)
def test_two_processes_end_where_one_does(full, trained, worker):
    same_as_one_process(trained(2, *QUICK), full, worker)


@pytest.mark.long
@pytest.mark.parametrize("processes", [2, 4])
@pytest.mark.parametrize("full", ALL)
def test_every_way_ends_where_one_process_does(full, processes, trained, worker):
    same_as_one_process(trained(processes, *ALL), full, worker)


@pytest.mark.parametrize("full", QUICK)
def test_a_checkpoint_of_two_processes_is_a_model_folder(full, trained):
    folder = trained(2, *QUICK) / full
    last = open_model(complete(folder / "checkpoints")[-1])
    for name, weight in open_model(folder).weights().items():
        assert torch.equal(last.weights()[name], weight)


def test_one_process_alone_changes_nothing(new_model):
    model = new_model()
    assert spread(model, ALONE) is model and whole_model(model) is model
    assert plain_kind(model) is type(model)
    weight = model.embed.weight
    assert whole(weight) is weight and part_of(weight, like=weight) is weight
    with exchanging(model, wanted=False):
        model(torch.tensor([[1, 2]])).sum().backward()
    assert weight.grad is not None
