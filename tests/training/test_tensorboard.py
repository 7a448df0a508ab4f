import tomllib
from pathlib import Path

import pytest
import torch

from lmlab.models import GPT, TransformerConfig
from lmlab.training import TrainingConfig, train
from lmlab.training.tensorboard import TensorBoardLog


def test_the_curve_is_the_history(tmp_path):
    events = pytest.importorskip("tensorboard.backend.event_processing.event_accumulator")
    model = GPT(TransformerConfig(vocab_size=5, context_length=4, d_model=8, n_layers=1, n_heads=2))
    text = torch.arange(60).remainder(5).numpy()
    plan = TrainingConfig(steps=3, batch_size=2)
    result = train(model, text, plan, callbacks=[TensorBoardLog(tmp_path)], progress=False)
    read = events.EventAccumulator(str(tmp_path))
    read.Reload()
    seen = [(event.step, event.value) for event in read.Scalars("train_loss")]
    wanted = [(row["step"], row["train_loss"]) for row in result.history]
    assert len(seen) == 3
    assert seen == [(step, pytest.approx(loss)) for step, loss in wanted]


def test_without_the_package_it_says_how_to_get_it(monkeypatch, tmp_path):
    monkeypatch.setattr("lmlab.training.tensorboard.find_spec", lambda name: None)
    pinned = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text())
    (wanted,) = (
        name
        for name in pinned["project"]["optional-dependencies"]["test"]
        if name.startswith("tensorboard")
    )
    with pytest.raises(ModuleNotFoundError, match=f"pip install {wanted}"):
        TensorBoardLog(tmp_path)
