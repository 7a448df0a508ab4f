"""The shipped data set folder is what `write_dataset` writes, and opens in `datasets`."""

from pathlib import Path

import pytest

from lmlab.text.town import generate
from lmlab.text.town.dataset import ROWS, SEED, card, row, write_dataset

FOLDER = Path(__file__).parents[3] / "data" / "town"


@pytest.fixture(scope="module")
def shipped(tmp_path_factory):
    from datasets import load_dataset

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HF_HUB_OFFLINE", "1")
        patch.setenv("HF_DATASETS_OFFLINE", "1")
        return load_dataset(str(FOLDER), cache_dir=str(tmp_path_factory.mktemp("cache")))


def test_the_folder_opens_with_all_splits(shipped):
    assert {split: len(rows) for split, rows in shipped.items()} == ROWS


@pytest.mark.parametrize("split", ROWS)
def test_the_shipped_rows_are_the_generated_ones(shipped, split):
    made = [row(story) for story in generate(ROWS[split], SEED, split)[:10]]
    assert shipped[split].select(range(10)).to_list() == made


def test_the_card_is_up_to_date():
    assert (FOLDER / "README.md").read_text(encoding="utf-8") == card()


def test_the_folder_is_small():
    assert sum(file.stat().st_size for file in FOLDER.iterdir()) < 2_000_000


def test_a_folder_is_written(tmp_path, monkeypatch):
    monkeypatch.setattr("lmlab.text.town.dataset.ROWS", {"train": 3})
    folder = write_dataset(tmp_path / "town")
    assert sorted(file.name for file in folder.iterdir()) == ["README.md", "train.parquet"]
