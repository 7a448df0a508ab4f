"""A checkpoint is there whole or not at all, and what rots is found."""

import errno
import json

import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lmlab.sources.atomic import TEMPORARY
from lmlab.text import CharTokenizer, load_tokenizer
from lmlab.training import checkpoints
from lmlab.training.checkpoints import DamagedCheckpoint, load_checkpoint, newest, save_checkpoint

TENSORS = {"adamw.embed.weight.exp_avg": torch.arange(6.0).view(2, 3), "rng": torch.tensor(7)}


@pytest.fixture
def save(new_model, tmp_path):
    """Saves checkpoints of the same small model, with the step as their state."""

    def save_one(step: int):
        state = {"history": [{"step": step}]}
        return save_checkpoint(tmp_path, step, new_model(), TENSORS, state)

    return save_one


def flip(path, bit: int) -> None:
    data = bytearray(path.read_bytes())
    data[bit // 8] ^= 1 << bit % 8
    path.write_bytes(data)


def test_round_trip(save, new_model):
    checkpoint = load_checkpoint(save(3))
    for name, weight in new_model().named_parameters():
        assert torch.equal(checkpoint.weights[name], weight)
    assert checkpoint.tensors.keys() == TENSORS.keys()
    for name, value in TENSORS.items():
        assert torch.equal(checkpoint.tensors[name], value)
    assert checkpoint.state["step"] == 3 and checkpoint.state["history"] == [{"step": 3}]


def test_the_tokenizer_comes_along(new_model, tmp_path):
    tokenizer = CharTokenizer("abcdefghi")
    path = save_checkpoint(tmp_path, 1, new_model(), {}, {}, tokenizer)
    assert load_tokenizer(path).encode("cab") == [2, 0, 1]
    flip(path / "tokenizer.json", bit=100)
    with pytest.raises(DamagedCheckpoint, match=r"tokenizer\.json is damaged"):
        load_checkpoint(path)


def test_the_newest_two_are_kept(save, tmp_path):
    for step in (5, 10, 15):
        save(step)
    assert [path.name for path in tmp_path.iterdir()] == ["step-00000010", "step-00000015"] or [
        path.name for path in sorted(tmp_path.iterdir())
    ] == ["step-00000010", "step-00000015"]


def test_what_a_crash_left_is_never_read_and_goes(save, tmp_path):
    save(5)
    half = tmp_path / f"{TEMPORARY}step-00000010-x"
    half.mkdir()
    (half / "model.safetensors").write_bytes(b"half")
    assert newest(tmp_path).state["step"] == 5
    checkpoints.prepare(tmp_path)
    assert not half.exists() and newest(tmp_path).state["step"] == 5


def test_without_checkpoints_there_is_no_newest(tmp_path):
    assert newest(tmp_path / "nowhere") is None


@pytest.mark.parametrize("file", ["model.safetensors", "optimizer.safetensors", "state.json"])
def test_a_truncated_file_sends_back_to_the_checkpoint_before(save, tmp_path, file):
    save(5)
    path = save(10) / file
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.warns(UserWarning, match=f"{file} is damaged.*checkpoint before") as said:
        assert newest(tmp_path).state["step"] == 5
    assert len(said) == 1


@pytest.mark.parametrize("file", ["model.safetensors", "optimizer.safetensors", "config.json"])
def test_a_missing_file_is_found(save, file):
    path = save(5)
    (path / file).unlink()
    with pytest.raises(DamagedCheckpoint, match=f"{file} is damaged"):
        load_checkpoint(path)


def test_a_flipped_bit_names_the_tensor(save):
    path = save(5)
    file = path / "model.safetensors"
    flip(file, bit=8 * file.stat().st_size - 3)  # in the last tensor of the file
    with pytest.raises(DamagedCheckpoint, match=r"model\.safetensors is damaged: \S+weight is not"):
        load_checkpoint(path)


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_any_flipped_bit_is_found_or_changes_nothing(save, data):
    path = save(5)
    whole = load_checkpoint(path)
    file = path / data.draw(st.sampled_from(sorted(file.name for file in path.iterdir())))
    flip(file, data.draw(st.integers(0, 8 * file.stat().st_size - 1)))
    try:
        found = load_checkpoint(path)
    except DamagedCheckpoint:
        return
    assert found.state == whole.state
    for ours, theirs in ((found.weights, whole.weights), (found.tensors, whole.tensors)):
        assert all(torch.equal(ours[name], value) for name, value in theirs.items())


def test_a_damaged_checkpoint_is_written_anew(save, tmp_path):
    path = save(5)
    (path / "state.json").write_text("{}")
    save(5)
    assert newest(tmp_path).state["step"] == 5


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EACCES])
def test_a_disk_that_takes_no_more_loses_nothing(save, tmp_path, monkeypatch, number):
    save(5)

    def refuse(*_):
        raise OSError(number, "no")

    monkeypatch.setattr(checkpoints, "save", refuse)
    with pytest.raises(OSError, match="checkpoint of step 10 was not written.*then resume"):
        save(10)
    monkeypatch.undo()
    assert newest(tmp_path).state["step"] == 5
    assert [path.name for path in tmp_path.iterdir()] == ["step-00000005"]


def test_state_is_plain_json(save):
    state = json.loads((save(5) / "state.json").read_text())
    assert state["digests"]["model.safetensors"].keys() >= {"embed.weight"}
