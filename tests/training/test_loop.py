"""The loop: it learns, adds gradients up right, stops when asked, and goes on where it stopped."""

import math
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from lmlab.models import GPT
from lmlab.training import TrainingDiverged, Validation, train
from lmlab.training.checkpoints import complete


class Watcher:
    """Keeps what a callback is told, and does something at one step."""

    def __init__(self, at: int = 0, act=None):
        self.rows, self.result, self.at, self.act = [], None, at, act

    def on_step(self, row):
        self.rows.append(row)
        if row["step"] == self.at:
            self.act()

    def on_end(self, result):
        self.result = result


def press_ctrl_c():
    signal.raise_signal(signal.SIGINT)


def bytes_of(folder: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in folder.glob("*.safetensors")}


def test_a_pattern_is_learnt_by_heart(new_model, tokens, config):
    config = config.replace(steps=60, evaluate_every=10, learning_rate=0.03)
    result = train(
        new_model(d_model=16), tokens, config, validation=Validation(tokens), progress=False
    )
    assert result.reason == "finished" and not result.model.training
    losses = [row["validation_loss"] for row in result.history if "validation_loss" in row]
    assert len(losses) == 6
    assert losses[-1] < 0.3 < losses[0] < math.log(10) + 0.1


def test_a_row_says_where_the_run_is(new_model, tokens, config):
    watcher = Watcher()
    result = train(
        new_model(), tokens, config, validation=Validation(tokens, 2.0), callbacks=[watcher],
        progress=False,
    )  # fmt: skip
    assert watcher.rows == result.history and watcher.result is result
    assert [row["step"] for row in result.history] == list(range(1, 13))
    assert [row["step"] for row in result.history if "validation_loss" in row] == [5, 10, 12]
    last = result.history[-1]
    assert last["tokens"] == 12 * 4 * 8
    assert last["bits_per_char"] == pytest.approx(last["validation_loss"] / math.log(2) / 2)
    assert result.history[1]["learning_rate"] == pytest.approx(
        config.learning_rate * 2 / 3 * 11 / 12
    )
    seconds = [row["seconds"] for row in result.history]
    assert seconds == sorted(seconds) and seconds[0] > 0


@pytest.mark.parametrize("optimizer", ["adamw", "muon"])
def test_accumulated_gradients_equal_a_larger_batch(new_model, tokens, config, weights, optimizer):
    config = config.replace(optimizer=optimizer)
    whole = train(new_model(), tokens, config.replace(batch_size=6), progress=False)
    parts = train(new_model(), tokens, config.replace(batch_size=2, accumulation=3), progress=False)
    torch.testing.assert_close(weights(whole.model), weights(parts.model), atol=1e-5, rtol=1e-4)
    assert parts.history[-1]["train_loss"] == pytest.approx(whole.history[-1]["train_loss"], 1e-4)
    assert parts.history[-1]["tokens"] == whole.history[-1]["tokens"]


def test_gradients_are_clipped(new_model, tokens, config):
    seen = []

    def look():
        seen.append(torch.cat([p.grad.flatten() for p in model.parameters()]).norm().item())

    model = new_model()
    result = train(
        model, tokens, config.replace(clip_norm=0.01), callbacks=[Watcher(3, look)], progress=False
    )
    assert seen[0] == pytest.approx(0.01, rel=1e-3)
    assert result.history[2]["grad_norm"] > 0.01  # the row tells the length before clipping


def test_the_same_seed_gives_the_same_weights(new_model, tokens, config, weights):
    runs = [
        train(new_model(dropout=0.2), tokens, config.replace(seed=seed), progress=False)
        for seed in (1, 1, 2)
    ]
    first, again, other = (weights(run.model) for run in runs)
    assert torch.equal(first, again) and not torch.equal(first, other)


def test_ctrl_c_ends_after_the_step_and_leaves_a_usable_model(
    new_model, tokens, config, tmp_path, capsys
):
    result = train(
        new_model(), tokens, config, out=tmp_path, callbacks=[Watcher(7, press_ctrl_c)],
        progress=False,
    )  # fmt: skip
    assert result.reason == "interrupted" and result.history[-1]["step"] == 7
    said = capsys.readouterr().out
    assert "Stopped after step 7 of 12. The model is usable" in said
    assert "step-00000007" in said
    assert complete(tmp_path / "checkpoints")[-1].name == "step-00000007"
    result.model.generate(torch.tensor([[1]]), 3)


def test_ctrl_c_at_the_last_step_finishes(new_model, tokens, config):
    watcher = Watcher(12, press_ctrl_c)
    result = train(new_model(), tokens, config, callbacks=[watcher], progress=False)
    assert result.reason == "finished"


@pytest.mark.parametrize("stop_at", [3, 5, 7])
def test_a_resumed_run_ends_with_the_same_bytes(new_model, tokens, config, tmp_path, stop_at):
    def run(folder, **more):
        model = new_model(dropout=0.2)  # draws random numbers at every step
        return train(
            model, tokens, config, out=tmp_path / folder, resume=True, progress=False, **more
        )

    unbroken = run("a")
    run("b", callbacks=[Watcher(stop_at, press_ctrl_c)])
    resumed = run("b")
    assert [row["step"] for row in resumed.history] == [row["step"] for row in unbroken.history]
    final = "checkpoints/step-00000012"
    assert bytes_of(tmp_path / "a" / final) == bytes_of(tmp_path / "b" / final)
    assert len(bytes_of(tmp_path / "a" / final)) == 2


def test_a_killed_run_resumes_to_the_same_bytes(new_model, tokens, config, tmp_path):
    script = """if True:
        import os, signal, sys
        import numpy as np
        import torch
        from lmlab.models import GPT, TransformerConfig
        from lmlab.training import TrainingConfig, train

        class Killer:
            def on_step(self, row):
                if row["step"] == 8:
                    os.kill(os.getpid(), signal.SIGKILL)

        torch.set_num_threads(1)
        _, text, model, config, out = sys.argv
        torch.manual_seed(0)
        train(
            GPT(TransformerConfig.from_json(model)), np.load(text),
            TrainingConfig.from_json(config), out=out, callbacks=[Killer()], progress=False,
        )
    """
    import numpy as np

    np.save(tmp_path / "text.npy", tokens)
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        model = new_model()
        arguments = [tmp_path / "text.npy", model.config.to_json(), config.to_json()]
        killed = subprocess.run(
            [sys.executable, "-c", script, *map(str, arguments), str(tmp_path / "b")],
            check=False,
            env={**os.environ, "OMP_NUM_THREADS": "1"},
        )
        assert killed.returncode == -signal.SIGKILL
        assert [path.name for path in complete(tmp_path / "b/checkpoints")] == ["step-00000005"]
        for folder in ("a", "b"):
            train(new_model(), tokens, config, out=tmp_path / folder, resume=True, progress=False)
    finally:
        torch.set_num_threads(threads)
    final = "checkpoints/step-00000012"
    assert bytes_of(tmp_path / "a" / final) == bytes_of(tmp_path / "b" / final)


def test_a_finished_run_is_not_trained_again(new_model, tokens, config, tmp_path, weights):
    first = train(new_model(), tokens, config, out=tmp_path, progress=False)
    again = train(new_model(), tokens, config, out=tmp_path, resume=True, progress=False)
    assert again.reason == "finished" and again.history == first.history
    assert torch.equal(weights(again.model), weights(first.model))


def test_a_checkpoint_is_a_model_folder(new_model, tokens, config, tmp_path, weights):
    result = train(new_model(), tokens, config, out=tmp_path, progress=False)
    opened = GPT.from_pretrained(complete(tmp_path / "checkpoints")[-1])
    assert torch.equal(weights(opened), weights(result.model))


def test_resuming_with_another_number_of_threads_warns(new_model, tokens, config, tmp_path):
    train(new_model(), tokens, config, out=tmp_path, progress=False)
    threads = torch.get_num_threads()
    torch.set_num_threads(threads + 1)
    try:
        with pytest.warns(UserWarning, match="not to the same last digits"):
            train(new_model(), tokens, config, out=tmp_path, resume=True, progress=False)
    finally:
        torch.set_num_threads(threads)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"seed": 3}, "seed 0 (now 3)"),
        ({"steps": 20}, "steps 12 (now 20)"),
    ],
)
def test_resuming_with_other_settings_is_refused(
    new_model, tokens, config, tmp_path, change, message
):
    train(new_model(), tokens, config, out=tmp_path, progress=False)
    with pytest.raises(ValueError) as error:
        train(new_model(), tokens, config.replace(**change), out=tmp_path, resume=True)
    assert message in str(error.value)


def test_resuming_on_another_text_or_model_is_refused(new_model, tokens, config, tmp_path):
    train(new_model(), tokens, config, out=tmp_path, progress=False)
    with pytest.raises(ValueError, match="text '400 tokens"):
        train(new_model(), tokens[:-1], config, out=tmp_path, resume=True)
    with pytest.raises(ValueError, match="n_heads 2 \\(now 1\\)"):
        train(new_model(n_heads=1), tokens, config, out=tmp_path, resume=True)


def test_how_often_it_is_looked_at_may_change(new_model, tokens, config, tmp_path):
    watcher = Watcher(7, press_ctrl_c)
    train(new_model(), tokens, config, out=tmp_path, callbacks=[watcher], progress=False)
    config = config.replace(evaluate_every=2, checkpoint_every=3)
    result = train(new_model(), tokens, config, out=tmp_path, resume=True, progress=False)
    assert result.reason == "finished"


def test_a_new_run_does_not_mix_with_an_old_one(new_model, tokens, config, tmp_path):
    train(new_model(), tokens, config, out=tmp_path, progress=False)
    with pytest.raises(ValueError, match="checkpoints of an earlier run"):
        train(new_model(), tokens, config, out=tmp_path)


def test_resuming_needs_a_folder(new_model, tokens, config):
    with pytest.raises(ValueError, match="resume=True needs out="):
        train(new_model(), tokens, config, resume=True)


def test_a_loss_that_is_no_number_stops_with_step_rate_and_gradient(
    new_model, tokens, config, tmp_path
):
    model = new_model()

    def break_it():
        with torch.no_grad():
            model.blocks[0].mlp.up_proj.weight.fill_(math.inf)

    def exaggerate():
        model.blocks[0].attn.out_proj.weight.grad.fill_(1e6)
        break_it()

    watcher = Watcher(6, exaggerate)
    with pytest.raises(TrainingDiverged) as error:
        train(model, tokens, config, out=tmp_path, callbacks=[watcher], progress=False)
    said = str(error.value)
    assert "loss is nan at step 7, with learning rate 0.00" in said
    assert "the largest gradient is that of blocks.0.attn.out_proj.weight" in said
    assert said.endswith("step-00000005.")


def test_broken_weights_are_named_as_such(new_model, tokens, config):
    model = new_model()
    torch.nn.init.constant_(model.embed.weight, math.nan)
    with pytest.raises(TrainingDiverged, match="the weights are to blame"):
        train(model, tokens, config, progress=False)


def test_an_infinite_gradient_stops_the_run(new_model, tokens, config):
    model = new_model()
    model.blocks[0].mlp.down_proj.weight.register_hook(lambda grad: grad * math.inf)
    with pytest.raises(TrainingDiverged, match="gradient is (nan|inf) at step 1.*down_proj"):
        train(model, tokens, config, progress=False)


def test_low_precision_trains_to_nearly_the_same_loss(new_model, tokens, config):
    exact = train(new_model(), tokens, config, progress=False)
    low = train(new_model(), tokens, config.replace(precision="bfloat16"), progress=False)
    assert all(p.dtype == torch.float32 for p in low.model.parameters())
    losses = [run.history[-1]["train_loss"] for run in (exact, low)]
    assert losses[0] != losses[1] and losses[1] == pytest.approx(losses[0], rel=0.02)


def test_a_compiled_model_is_trained_in_place(new_model, tokens, config, weights, monkeypatch):
    calls, model = [], new_model()

    def compiled(module):
        return lambda ids: calls.append(1) or module(ids)

    monkeypatch.setattr(torch, "compile", lambda module: _Called(compiled(module), module))
    result = train(model, tokens, config.replace(compile=True), progress=False)
    plain = train(new_model(), tokens, config, progress=False)
    assert len(calls) == config.steps and result.model is model
    assert torch.equal(weights(result.model), weights(plain.model))


class _Called:
    """Stands for what torch.compile returns: calls something else, and has what the model has."""

    def __init__(self, call, module):
        self.call, self.module = call, module

    def __call__(self, ids):
        return self.call(ids)

    def __getattr__(self, name):
        return getattr(self.module, name)
