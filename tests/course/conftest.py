"""No test touches the progress of whoever runs it."""

import pytest


@pytest.fixture(autouse=True)
def learner_home(tmp_path, monkeypatch):
    monkeypatch.setenv("LMLAB_HOME", str(tmp_path / "home"))
    return tmp_path / "home"
