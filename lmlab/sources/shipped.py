"""What came with the package: `data/` beside the code of a checkout, `lmlab/data` in a wheel."""

from pathlib import Path

PACKAGE = Path(__file__).resolve().parents[1]


def data_dir() -> Path:
    """The folder of shipped data, in a checkout or in an installed wheel."""
    checkout = PACKAGE.parent / "data"
    return checkout if (PACKAGE.parent / "pyproject.toml").is_file() else PACKAGE / "data"


def shipped(path: str) -> Path | None:
    """The shipped file or folder `path` (such as `"town"`), or None when it did not come along."""
    found = data_dir() / path
    return found if found.exists() else None
