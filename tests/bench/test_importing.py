"""The import is timed in processes of its own, and must not bring torch along."""

import pytest

from lmlab.bench import importing


def test_the_import_is_told_apart_from_the_start_of_python():
    start, added = importing.measure(repeats=1)
    assert start.value > 0 and added.value >= 0 and added.at_most == 0.15


def test_an_import_of_torch_is_an_error(monkeypatch):
    monkeypatch.setattr(importing, "_python", lambda code: "True")
    with pytest.raises(ValueError, match="loads torch"):
        list(importing.measure())
