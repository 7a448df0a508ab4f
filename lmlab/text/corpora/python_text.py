"""Two corpora that every Python brings along: its language reference and its library's source.

Both differ between Python versions, and so do the figures measured on them: 3.11 has 0.46 MB of
reference, 3.13 has 0.51 MB. Chapters name the version that theirs were measured on.
"""

import sysconfig
from pathlib import Path

from lmlab.text.corpora.splits import split_documents

WRAPPED_AT = 70  # the width that CPython's documentation is filled to
NOT_OURS = {"site-packages", "dist-packages", "pydoc_data", "_bundled", "__pycache__"}
TESTS = {"test", "tests", "idle_test"}

Splits = tuple[list[str], list[str], list[str]]


def python_reference() -> Splits:
    """The prose of Python's language reference, one document a topic, from `pydoc_data`.

    Lines that the documentation's builder wrapped are joined again; underlines, tables and grammar
    rules are left out. Passages that stand in several topics are kept once.
    """
    from pydoc_data.topics import topics

    return split_documents({name: clean(text) for name, text in topics.items()}, held_out=0.1)


def clean(text: str) -> str:
    """The prose and code of a topic: paragraphs separated by one empty line, each on one line."""
    blocks = (block.strip("\n") for block in text.replace("\r\n", "\n").split("\n\n"))
    kept = [_unwrapped(block) for block in blocks if block.strip() and not _is_table(block)]
    return "\n\n".join(block for block in kept if block)


def _is_table(block: str) -> bool:
    """True for a table or a grammar rule: no prose."""
    return "::=" in block or block.lstrip().startswith(("+--", "|", "===="))


def _unwrapped(block: str) -> str:
    """Join each line to the one before if its first word would not have fitted there."""
    lines: list[str] = []
    room = 0
    for line in block.split("\n"):
        words = line.split()
        if words and not line.strip(r"""*=-^~"'"""):
            continue  # the underline of a heading
        if lines and words and room < len(words[0]) + 1:
            lines[-1] += " " + line.strip()
        else:
            lines.append(line.rstrip())
        room = WRAPPED_AT - len(line.rstrip())
    return "\n".join(lines)


def python_source(tests: bool = True) -> Splits:
    """The standard library's Python source, one document a file, split by package.

    With its tests it is about 30 MB where Python was installed with them (some Linux distributions
    leave them out), without about 11 MB.
    """
    root = Path(sysconfig.get_path("stdlib"))
    documents = {}
    for path in sorted(root.rglob("*.py")):
        parts = path.relative_to(root).parts
        if NOT_OURS.isdisjoint(parts) and (tests or TESTS.isdisjoint(parts)):
            text = _utf8(path)
            if text.strip():
                documents["/".join(parts)] = text
    groups = {name: _package(name) for name in documents}
    return split_documents(documents, held_out=0.02, groups=groups)


def _package(name: str) -> str:
    """`asyncio` for `asyncio/tasks.py`: the files of a package resemble each other."""
    parts = name.split("/")
    return "/".join(parts[:2]) if parts[0] == "test" else parts[0]


def _utf8(path: Path) -> str:
    """The file's text; empty for the few that test other encodings or are not to be read."""
    try:
        return path.read_text(encoding="utf-8")
    except (UnicodeDecodeError, OSError):
        return ""
