"""What came with the package: `data/` beside the code of a checkout, `lmlab/data` in a wheel."""

import json
from pathlib import Path
from typing import Any

from lmlab.sources.artifacts import SourceError

PACKAGE = Path(__file__).resolve().parents[1]


def data_dir() -> Path:
    """The folder of shipped data, in a checkout or in an installed wheel."""
    checkout = PACKAGE.parent / "data"
    return checkout if (PACKAGE.parent / "pyproject.toml").is_file() else PACKAGE / "data"


def shipped(path: str) -> Path | None:
    """The shipped file or folder `path` (such as `"town"`), or None when it did not come along."""
    found = data_dir() / path
    return found if found.exists() else None


def shipped_json(path: str) -> dict[str, Any]:
    """What stands in the shipped JSON file `path`, such as `"ladder/town.json"`."""
    file = data_dir() / path
    try:
        return json.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        beside = ", ".join(sorted(each.name for each in file.parent.glob("*.json")))
        raise SourceError(
            f"no {path} came with the package ({file.parent} holds {beside or 'no JSON'}): take "
            "one that did, or install lmlab anew."
        ) from error
    except ValueError as error:  # no JSON, or no UTF-8
        raise SourceError(
            f"{file} is damaged ({error}): install lmlab anew, or in a checkout take it back with "
            f"`git checkout -- data/{path}`."
        ) from error
