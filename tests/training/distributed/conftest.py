"""Real processes, started by torchrun, and the same training in one process to compare with."""

import importlib.util
import os
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

WORKER = Path(__file__).parent / "worker.py"


def _torchrun(processes: int, *arguments) -> subprocess.CompletedProcess:
    command = [sys.executable, "-m", "torch.distributed.run", f"--nproc-per-node={processes}"]
    return subprocess.run(
        [*command, *map(str, arguments)],
        env={**os.environ, "OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        timeout=400,
    )


@pytest.fixture(scope="session")
def torchrun():
    """Runs a script or module in so many processes, to its end."""
    return _torchrun


@pytest.fixture(scope="session")
def worker():
    """The module worker.py, to train in this process."""
    spec = importlib.util.spec_from_file_location("worker", WORKER)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    module.alone = cache(module.run)
    return module


@pytest.fixture(scope="session")
def trained(tmp_path_factory):
    """Trains in some ways in so many processes; the folder of what they leave."""

    @cache
    def train(processes: int, *ways: str) -> Path:
        folder = tmp_path_factory.mktemp("trained")
        done = _torchrun(processes, WORKER, folder, *ways)
        assert done.returncode == 0, done.stderr[-3000:]
        return folder

    return train
