"""Kill a process that does nothing but save, again and again, and count what is lost.

    python tests/training/kill_saver.py 200 checkpoints FOLDER     the package's way
    python tests/training/kill_saver.py 200 in-place FOLDER        the control: files overwritten

Each killed process goes on from what the one before it left, and reports each save that returned.
Prints a JSON object: `kills`; `lost` (what had been reported saved was not there afterwards);
`partial` (what was read was no single step's); `steps` (saves that returned).
"""

import json
import os
import random
import signal
import sys
import time
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file

from lmlab.models import GPT, TransformerConfig
from lmlab.training import checkpoints

SHAPE = TransformerConfig(vocab_size=64, context_length=16, d_model=64, n_layers=2, n_heads=2)
SAVES = 3  # about so many saves fit into the longest life of a child, at first


class Atomic:
    """The package's checkpoints, every weight and every other tensor filled with the step."""

    def __init__(self, folder: Path):
        self.folder, self.model = folder, GPT(SHAPE)

    def read(self) -> tuple[int, set[float]]:
        """The newest step, and all the numbers in its tensors."""
        found = checkpoints.newest(self.folder)
        if found is None:
            return 0, {0.0}
        tensors = [*found.weights.values(), *found.tensors.values()]
        return found.state["step"], _values(tensors)

    def save(self, step: int) -> None:
        with torch.no_grad():
            for p in self.model.parameters():
                p.fill_(step)
        tensors = {name: p.detach() for name, p in self.model.named_parameters()}
        checkpoints.save_checkpoint(self.folder, step, self.model, tensors, {})

    def begin(self) -> None:
        checkpoints.prepare(self.folder)


class InPlace(Atomic):
    """One folder, whose files are overwritten by each save."""

    def read(self) -> tuple[int, set[float]]:
        if not (self.folder / "state.json").exists():
            return 0, {0.0}
        step = json.loads((self.folder / "state.json").read_text())["step"]
        files = (self.folder / name for name in ("model.safetensors", "optimizer.safetensors"))
        return step, _values([tensor for file in files for tensor in load_file(file).values()])

    def save(self, step: int) -> None:
        tensors = {
            name: torch.full_like(p, step).detach() for name, p in self.model.named_parameters()
        }
        save_file(tensors, self.folder / "model.safetensors")
        save_file(tensors, self.folder / "optimizer.safetensors")
        (self.folder / "state.json").write_text(json.dumps({"step": step}))

    def begin(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)


def _values(tensors) -> set[float]:
    return {value for tensor in tensors for value in tensor.unique().tolist()}


def save_until_killed(saver: Atomic, step: int, reports: int) -> None:
    """The child: saves step after step, and writes each step that is saved into a pipe."""
    saver.begin()
    while True:
        step += 1
        saver.save(step)
        os.write(reports, f"{step}\n".encode())


def kill_once(saver: Atomic, step: int, after: float) -> int:
    """Start a child, kill it; the last step that it reported, or `step`."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        save_until_killed(saver, step, writing)
    os.close(writing)
    time.sleep(after)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    with os.fdopen(reading) as reports:
        return max([step, *map(int, reports.read().split())])


def seconds_per_save(saver: Atomic) -> float:
    """The time of one save here and now, from steps 1 to 3."""
    saver.begin()
    began = time.perf_counter()
    for step in (1, 2, 3):
        saver.save(step)
    return (time.perf_counter() - began) / 3


def main(kills: int, way: str, folder: Path) -> None:
    """Kill so many times; a step that cannot be read counts as lost and is begun anew."""
    torch.set_num_threads(1)
    chance = random.Random(0)
    saver = {"checkpoints": Atomic, "in-place": InPlace}[way](folder)
    step, longest = 3, SAVES * seconds_per_save(saver)
    counts = {"kills": kills, "lost": 0, "partial": 0, "steps": 0}
    for _ in range(kills):
        reported = kill_once(saver, step, after=chance.uniform(0, longest))
        counts["steps"] += reported - step
        longest *= 1.1 if reported == step else 0.95  # the machine may be busier now, or less so
        try:
            found, values = saver.read()
        except Exception:  # whatever the reader stumbles over, the save cannot be used
            counts["lost"] += 1
            saver.save(reported)
            step = reported
            continue
        counts["lost"] += found < reported
        counts["partial"] += values != {float(found)}
        step = max(found, reported)
    print(json.dumps(counts))


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2], Path(sys.argv[3]))
