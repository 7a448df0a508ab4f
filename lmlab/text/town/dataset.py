"""The sample of `town` that is shipped as a Hugging Face data set folder."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from string import Template

from lmlab.text.town.story import Story, generate

ROWS = {"train": 400, "validation": 200, "test": 200, "holdout": 200}
SEED = 2026


def row(story: Story) -> dict:
    """One story as plain columns."""
    return {
        "number": story.number,
        "plot": story.scene.plot,
        "ending": story.scene.ending,
        "english": story.english,
        "chinese": story.chinese,
        "pairs": [{"en": en, "zh": zh} for en, zh in story.pairs],
        "questions": [asdict(question) for question in story.questions],
        "summary": story.summary,
        "summary_chinese": story.summary_chinese,
        "sentiment": story.sentiment,
        "roles": [[asdict(role) for role in sentence] for sentence in story.roles],
    }


def write_dataset(folder: str | Path) -> Path:
    """Write the sample, one Parquet file a split and a card, into a folder; return the folder."""
    from datasets import Dataset

    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    for split, count in ROWS.items():
        rows = [row(story) for story in generate(count, SEED, split)]
        Dataset.from_list(rows).to_parquet(str(folder / f"{split}.parquet"))
    (folder / "README.md").write_text(card(), encoding="utf-8")
    return folder


def card() -> str:
    """The data set card: `dataset_card.md` with the splits and their rows filled in."""
    files = "\n".join(f"      - {{split: {split}, path: {split}.parquet}}" for split in ROWS)
    rows = ", ".join(f"{split} {count}" for split, count in ROWS.items())
    template = (Path(__file__).parent / "dataset_card.md").read_text(encoding="utf-8")
    return Template(template).substitute(files=files, rows=f"Rows: {rows}.")
