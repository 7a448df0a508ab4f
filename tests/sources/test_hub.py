import socket
import threading
import time

import pyarrow
import pyarrow.parquet
import pytest

from lmlab.sources import SourceError, Unreachable, hub
from lmlab.sources.hub import HubDataset

CARD = """---
configs:
- config_name: plain_text
  data_files:
  - split: train
    path: plain_text/train-*
  - split: test
    path: plain_text/test-*
---
# Reviews
"""


@pytest.fixture
def repository(tmp_path):
    """A folder laid out as the hub lays out a data set: a card and Parquet files."""
    folder = tmp_path / "reviews"
    (folder / "plain_text").mkdir(parents=True)
    (folder / "README.md").write_text(CARD)
    for split, size in (("train", 30), ("test", 5)):
        rows = {
            "text": [f"{split} {n} 好" for n in range(size)],
            "label": [n % 2 for n in range(size)],
        }
        path = folder / "plain_text" / f"{split}-00000-of-00001.parquet"
        pyarrow.parquet.write_table(pyarrow.table(rows), path)
    return HubDataset(
        str(folder), "main", (("train", "train"), ("test", "test")), configuration="plain_text"
    )


def test_rows_come_from_a_data_set_laid_out_like_the_hubs(repository):
    rows = hub.fetch(repository, [], progress=False)
    assert {split: len(part) for split, part in rows.items()} == {"train": 30, "test": 5}
    assert rows["test"][3] == {"text": "test 3 好", "label": 1}
    assert hub.is_cached(repository) and hub.read(repository) == rows


def test_a_limit_reads_no_more_than_it_says(repository):
    few = HubDataset(repository.repository, "main", repository.splits, "plain_text", limit=4)
    assert len(hub.fetch(few, [], progress=False)["train"]) == 4
    assert few.key != repository.key


def test_a_split_that_is_not_there(repository, cache):
    wrong = HubDataset(repository.repository, "main", (("train", "nowhere"),), "plain_text")
    with pytest.raises(SourceError, match="did not give .*nowhere"):
        hub.fetch(wrong, [], progress=False)
    assert not hub.is_cached(wrong) and not list((cache / "hub").glob(".partial*"))


@pytest.mark.parametrize("resolver", ["fails", "hangs"])
def test_without_a_network_it_refuses_in_under_three_seconds(monkeypatch, resolver):
    forever = threading.Event()

    def look_up(*_, **__):
        if resolver == "hangs":
            forever.wait(30)
        raise socket.gaierror(-3, "Temporary failure in name resolution")

    for name in ("https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY", "HF_ENDPOINT"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    start = time.perf_counter()
    with pytest.raises(Unreachable, match="someone/stories .* need no network: town, own"):
        hub.fetch(HubDataset("someone/stories", "main", ()), ["town", "own"])
    assert time.perf_counter() - start < 3
    forever.set()


def test_the_hubs_own_offline_switch_is_honoured(monkeypatch):
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    monkeypatch.setattr(hub, "reachable", None)  # not even asked
    with pytest.raises(Unreachable):
        hub.fetch(HubDataset("someone/stories", "main", ()), ["town"])
