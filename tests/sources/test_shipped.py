import re
import sys

import pytest

from lmlab.sources import SourceError, shipped, shipped_json


@pytest.fixture
def data(tmp_path, monkeypatch):
    """A folder of shipped data with one result in it."""
    monkeypatch.setattr(sys.modules["lmlab.sources.shipped"], "data_dir", lambda: tmp_path)
    (tmp_path / "ladder").mkdir()
    (tmp_path / "ladder" / "town.json").write_text('{"bits": 1.5, "名": "镇"}', encoding="utf-8")
    return tmp_path


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


def test_a_shipped_result_is_read(data):
    assert shipped_json("ladder/town.json") == {"bits": 1.5, "名": "镇"}


def test_a_result_that_did_not_come_along_is_named_with_those_that_did(data):
    with pytest.raises(SourceError, match=r"no ladder/city\.json .* holds town\.json\): take one"):
        shipped_json("ladder/city.json")
    with pytest.raises(SourceError, match=r"no rungs/town\.json .* holds no JSON\)"):
        shipped_json("rungs/town.json")


@pytest.mark.parametrize("content", [b"", b'{"bits": 1.5', b'{"bits": "\xff"}'])
def test_a_damaged_result_is_named_with_the_way_to_mend_it(data, content):
    file = data / "ladder" / "town.json"
    file.write_bytes(content)
    with pytest.raises(SourceError, match=re.escape(f"{file} is damaged")) as found:
        shipped_json("ladder/town.json")
    assert "git checkout -- data/ladder/town.json" in str(found.value)


def test_every_result_of_the_package_can_be_read():
    files = sorted(shipped("").rglob("*.json"))
    assert all(shipped_json(str(file.relative_to(shipped("")))) for file in files) and files
