import sys

from lmlab.sources import shipped


def test_a_checkout_reads_its_own_data_folder(tmp_path, monkeypatch):
    package = tmp_path / "lmlab"
    for folder in (tmp_path / "data" / "town", package / "data" / "town"):
        folder.mkdir(parents=True)
    monkeypatch.setattr(sys.modules["lmlab.sources.shipped"], "PACKAGE", package)
    assert shipped("town") == package / "data" / "town"
    (tmp_path / "pyproject.toml").touch()
    assert shipped("town") == tmp_path / "data" / "town"


def test_what_was_not_shipped_is_none():
    assert shipped("nowhere/to/be/found") is None
