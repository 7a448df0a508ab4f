"""kill -9 at random moments of a loop that only saves: nothing saved is lost, nothing half is read.

The same killing finds losses where files are overwritten in place, so it would find ours.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

HARNESS = Path(__file__).parent / "kill_saver.py"


def killed(kills: int, way: str, folder: Path) -> dict[str, int]:
    command = [sys.executable, HARNESS, str(kills), way, folder]
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    done = subprocess.run(command, env=environment, capture_output=True, check=True, text=True)
    return json.loads(done.stdout)


@pytest.mark.skipif(os.name == "nt", reason="Windows has no fork")
@pytest.mark.parametrize("kills", [8, pytest.param(200, marks=pytest.mark.long)])
def test_no_kill_loses_a_checkpoint_or_leaves_half_of_one(kills, tmp_path):
    counts = killed(kills, "checkpoints", tmp_path / "run")
    assert counts["lost"] == counts["partial"] == 0
    assert kills < 200 or counts["steps"] > 50


@pytest.mark.long
@pytest.mark.skipif(os.name == "nt", reason="Windows has no fork")
def test_the_same_kills_do_harm_when_files_are_overwritten_in_place(tmp_path):
    counts = killed(200, "in-place", tmp_path / "run")
    assert counts["lost"] + counts["partial"] > 0
