"""A process that dies: the others say which, what is kept and how to go on; and it does go on."""

import json
import os
import signal
import subprocess
import sys
import time

import psutil
import pytest

from lmlab.training.checkpoints import complete
from lmlab.training.distributed.lost import Watch, _runs
from lmlab.training.presets import preset
from lmlab.training.runs import Plan


@pytest.fixture
def watch(tmp_path, monkeypatch):
    monkeypatch.setattr("lmlab.training.distributed.lost._processes", lambda size: {0: 11, 1: 22})
    return Watch(0, 2, "fsdp", tmp_path)


def test_the_sentence_says_who_what_is_kept_and_how_to_go_on(watch, tmp_path):
    said = watch.sentence([1])
    assert "of 2 processes, process 1 (pid 22) was lost" in said
    assert "No checkpoint was complete yet" in said
    for step in (5, 10):
        (tmp_path / "checkpoints" / f"step-{step:08d}").mkdir(parents=True)
    said = watch.sentence([1])
    assert "The newest complete checkpoint is" in said and "step-00000010." in said
    command = f"--nproc-per-node=2 -m lmlab.training --out {tmp_path} --resume --parallel fsdp"
    assert said.endswith(f"torchrun {command}")


def test_a_process_that_ended_runs_no_more():
    child = subprocess.Popen([sys.executable, "-c", "pass"], stdout=subprocess.PIPE)
    child.stdout.read()  # to its end: it is a zombie from now on, or will be at once
    os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
    assert _runs(os.getpid()) and not _runs(child.pid)
    child.wait()
    assert not _runs(child.pid)


@pytest.fixture
def planned(story, tmp_path):
    """A folder with the plan of a small run that saves often."""
    recipe = preset("tiny")
    model = recipe.model_config(40).replace(d_model=16, n_layers=1, n_heads=2, context_length=16)
    model = model.replace(vocab_size=_characters(story))
    training = recipe.training_config(40, checkpoint_every=5, batch_size=4)
    plan = Plan(str(story), "tiny", {}, "char", None, 1, model, training)
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "run.json").write_text(plan.to_json())
    return tmp_path / "run"


def _characters(story) -> int:
    from lmlab.text import corpora
    from lmlab.training.texts import encode_corpus

    return encode_corpus(corpora.load(str(story), verbose=False), "char").tokenizer.vocab_size


@pytest.mark.long
@pytest.mark.parametrize("victim", ["0", "1"])
def test_a_killed_process_ends_the_run_with_a_sentence_and_four_go_on(planned, victim, torchrun):
    arguments = ["--nproc-per-node=2", "-m", "lmlab.training", "--out", str(planned), "--resume"]
    job = subprocess.Popen(
        [sys.executable, "-m", "torch.distributed.run", *arguments],
        env={**os.environ, "OMP_NUM_THREADS": "1"},
        stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        text=True,
    )
    while not complete(planned / "checkpoints"):
        assert job.poll() is None, job.stderr.read()
        time.sleep(0.02)
    for child in psutil.Process(job.pid).children():
        if child.environ().get("RANK") == victim:
            child.send_signal(signal.SIGKILL)
    said = job.communicate(timeout=300)[1]
    sentences = [line for line in said.splitlines() if "lmlab: of 2 processes" in line]
    assert job.returncode != 0 and len(sentences) == 1, said
    assert f"process {victim} (pid" in sentences[0] and "--resume" in sentences[0]
    assert str(complete(planned / "checkpoints")[-1]) in sentences[0]
    done = torchrun(4, "-m", "lmlab.training", "--out", planned, "--resume", "--parallel", "fsdp")
    assert done.returncode == 0, done.stderr[-3000:]
    assert json.loads((planned / "training.json").read_text())["history"][-1]["step"] == 40
    assert done.stdout.count("Trained: 40 steps") == 1  # one process speaks
