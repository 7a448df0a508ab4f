"""Execute `chapters/source/NN_name.py` and write `chapters/NN_name.ipynb` with its outputs.

    python -m lmlab.course.build [--force] [NAME …]

The source is jupytext's `py:percent` form. The same source gives the same notebook: fixed seeds of
hashing, fixed threads, cell ids made from the cells' own text, and no trace of time or machine.
"""

import argparse
import hashlib
import os
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

import jupytext
import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

from lmlab.sources import atomic

CHAPTERS = Path(__file__).resolve().parents[2] / "chapters"

KERNEL_SETTINGS = {
    "PYTHONHASHSEED": "0",
    "OMP_NUM_THREADS": "1",  # the same sums on any machine, and two chapters at once on two cores
    "TQDM_DISABLE": "1",
    "HF_HUB_DISABLE_PROGRESS_BARS": "1",
}
"""Environment of a chapter's kernel, here and in the tests that compare its outputs."""

KERNEL = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
LANGUAGE = {"file_extension": ".py", "mimetype": "text/x-python", "name": "python"}
LANGUAGE["pygments_lexer"] = "ipython3"
WIDGET = "application/vnd.jupyter.widget-view+json"


def build(source: Path, notebook: Path, *, seconds_per_cell: int = 300) -> None:
    """Execute `source` beside `notebook` in a fresh kernel, and write `notebook` atomically.

    Raises ValueError, and leaves an older notebook alone, when a cell fails: the message names the
    chapter and holds the cell and its traceback.
    """
    book = read(source)
    notebook.parent.mkdir(parents=True, exist_ok=True)
    execute(book, notebook.parent, source.name, seconds_per_cell)
    clean(book)
    atomic.write_file(notebook, nbformat.writes(book) + "\n")


def read(source: Path) -> nbformat.NotebookNode:
    """The notebook that `source` describes, without outputs, with our metadata and cell ids."""
    text = source.read_text(encoding="utf-8")
    book = jupytext.reads(text, fmt="py:percent")
    book.metadata = nbformat.from_dict(
        {"kernelspec": KERNEL, "language_info": LANGUAGE, "lmlab": {"source": digest(text)}}
    )
    book.nbformat, book.nbformat_minor = 4, 5
    seen: Counter[str] = Counter()
    for cell in book.cells:
        content = f"{cell.cell_type}\n{cell.source}"
        cell.id = digest(f"{content}\n{seen[content]}")[:8]
        seen[content] += 1
        cell.metadata.pop("lines_to_next_cell", None)
        if cell.cell_type == "code" and not cell.source.strip():
            raise ValueError(f"{source.name} has an empty code cell; fill it or take it out.")
    return book


def digest(text: str) -> str:
    """The SHA-256 of `text`, in hexadecimal."""
    return hashlib.sha256(text.encode()).hexdigest()


def execute(book: nbformat.NotebookNode, folder: Path, name: str, seconds_per_cell: int) -> None:
    """Run all cells of `book` in a fresh kernel of this very Python, whose folder is `folder`."""
    client = NotebookClient(
        book,
        timeout=seconds_per_cell,
        resources={"metadata": {"path": str(folder)}},
        record_timing=False,
        coalesce_streams=True,
        extra_arguments=["--log-level=ERROR"],
    )
    try:
        with tempfile.TemporaryDirectory() as home:  # the progress of somebody who begins
            client.execute(env=os.environ | KERNEL_SETTINGS | {"LMLAB_HOME": home})
    except CellExecutionError as error:
        raise ValueError(f"{name} cannot be built.\n{error}") from error


def clean(book: nbformat.NotebookNode) -> None:
    """Take out what differs from run to run or works only while the kernel lives."""
    book.metadata.pop("widgets", None)
    book.metadata.language_info = nbformat.from_dict(LANGUAGE)  # the kernel told its exact version
    for cell in book.cells:
        cell.metadata.pop("execution", None)
        if cell.cell_type == "code":
            cell.outputs = nbformat.from_dict(lasting(cell.outputs))


def lasting(outputs: list) -> list:
    """`outputs` without live widgets; a picture or a page that came with a widget stays."""
    kept = []
    for output in outputs:
        data = output.get("data", {})
        if WIDGET not in data:
            kept.append(output)
        elif data.keys() - {WIDGET, "text/plain"}:
            kept.append({**output, "data": {kind: data[kind] for kind in data if kind != WIDGET}})
    return kept


def is_stale(source: Path, notebook: Path) -> bool:
    """True when `notebook` is missing or was made from another text than `source` has now."""
    if not notebook.is_file():
        return True
    made_from = nbformat.read(notebook, as_version=4).metadata.get("lmlab", {}).get("source")
    return made_from != digest(source.read_text(encoding="utf-8"))


def chosen(names: list[str], chapters: Path) -> list[Path]:
    """The sources of the chapters called `names`, or of all; ValueError lists what there is."""
    sources = {path.stem: path for path in sorted((chapters / "source").glob("*.py"))}
    stems = [Path(name).stem for name in names] or list(sources)
    for stem in stems:
        if stem not in sources:
            offered = ", ".join(sources) or "none"
            raise ValueError(f"no chapter is called {stem!r} in {chapters}; there are: {offered}.")
    return [sources[stem] for stem in stems]


def main(arguments: list[str] | None = None, chapters: Path = CHAPTERS) -> int:
    """Build the stale ones among the chapters that are named; returns the exit status."""
    parser = argparse.ArgumentParser(prog="lmlab.course.build", description="Execute the chapters.")
    parser.add_argument("names", nargs="*", help="such as 01_background; none means all")
    parser.add_argument("--force", action="store_true", help="also those that are up to date")
    options = parser.parse_args(arguments)
    try:
        for source in chosen(options.names, chapters):
            notebook = chapters / f"{source.stem}.ipynb"
            if not options.force and not is_stale(source, notebook):
                print(f"{notebook.name} is up to date")
                continue
            started = time.perf_counter()
            build(source, notebook)
            seconds, size = time.perf_counter() - started, notebook.stat().st_size / 1e3
            print(f"{notebook.name} built in {seconds:.0f} s, {size:.0f} kB", flush=True)
    except ValueError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
