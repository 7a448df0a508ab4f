import json
import subprocess
import sys

import numpy as np
import pytest

from lmlab.viz.bench import rivals

STAND_IN = """
class Page:
    data = local_src = "<p>drawn</p>"

def model_view(layers, tokens, **settings):
    assert len(layers) == 2 and layers[0].shape == (1, 3, 4, 4) and tokens == list("abcd")
    return Page

def head_view(layers, tokens, **settings):
    raise RuntimeError("broken")
"""


@pytest.fixture
def folder(tmp_path):
    """Attention and tokens as lmlab leaves them."""
    np.save(tmp_path / "attention.npy", np.full((2, 3, 4, 4), 0.25, dtype=np.float32))
    (tmp_path / "tokens.json").write_text(json.dumps(list("abcd")))
    return tmp_path


def test_what_is_made_and_what_cannot_be_made_is_told(folder, monkeypatch):
    (folder / "bertviz.py").write_text(STAND_IN)
    monkeypatch.syspath_prepend(str(folder))
    monkeypatch.setattr(rivals, "version", lambda library: "1.0")
    model, head, circuits = rivals.main(folder)
    assert model["version"] == "1.0" and "drawn" in (folder / model["file"]).read_text()
    assert head["problem"] == "RuntimeError: broken"
    assert circuits["problem"].startswith("ModuleNotFoundError")


def test_the_script_needs_nothing_of_lmlab(folder):
    run = subprocess.run(
        [sys.executable, "-I", "-c", f"import runpy, sys; sys.modules['lmlab'] = None;"
         f"sys.argv = ['', {str(folder)!r}]; runpy.run_path({rivals.__file__!r}, run_name='__main__')"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert len(json.loads(run.stdout)) == 3
