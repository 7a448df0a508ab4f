import json
from pathlib import Path

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


def test_the_script_needs_nothing_of_lmlab():
    """The other Python has no lmlab."""
    source = Path(rivals.__file__).read_text(encoding="utf-8")
    assert "import lmlab" not in source and "from lmlab" not in source
