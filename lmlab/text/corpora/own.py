"""A learner's own text as a corpus: a file, or a folder of files."""

from pathlib import Path

from lmlab.text.corpora.corpus import Corpus, CorpusInfo
from lmlab.text.corpora.splits import split_documents

SUFFIXES = {".txt", ".md", ".rst", ".py"}
FEWEST = 3  # documents: one for each split


def load_own(path: str | Path) -> Corpus:
    """The text at `path`: in a folder each file is a document, in a file each paragraph.

    About one tenth each is held out for validation and test. Raises ValueError for a folder without
    text files, and for a file that is empty, binary, not UTF-8 or too short to be split in three.
    """
    path = Path(path)
    documents = _folder(path) if path.is_dir() else {path.name: read(path)}
    for separator in ("\n\n", "\n"):  # few files: paragraphs are documents; few paragraphs: lines
        if len(documents) < FEWEST:
            documents = _cut(documents, separator)
    train, validation, test = split_documents(documents, held_out=0.1)
    if not (train and validation and test):
        raise ValueError(f"{path} has fewer than {FEWEST} different lines: too little to split.")
    info = CorpusInfo(
        name=path.name,
        title=path.name,
        licence="your own text",
        source=str(path),
        kind="text",
        bytes=sum(len(text.encode()) for text in documents.values()),
        served="file",
        description="A text of your own.",
        present=True,
    )
    return Corpus(info, train, validation, test, served_by="on this machine")


def _folder(folder: Path) -> dict[str, str]:
    files = sorted(p for p in folder.rglob("*") if p.suffix.lower() in SUFFIXES and p.is_file())
    if not files:
        kinds = ", ".join(sorted(SUFFIXES))
        raise ValueError(f"{folder} holds no text file ({kinds}); put some there or name a file.")
    return {file.relative_to(folder).as_posix(): read(file) for file in files}


def _cut(documents: dict[str, str], separator: str) -> dict[str, str]:
    parts = (part.strip("\n") for text in documents.values() for part in text.split(separator))
    return {str(number): part for number, part in enumerate(parts) if part.strip()}


def read(file: Path) -> str:
    """The text of one file, with a sentence for each way that it can be no text."""
    data = file.read_bytes()
    if b"\0" in data:
        raise ValueError(f"{file} is a binary file; a corpus wants plain text in UTF-8.")
    try:
        text = data.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        raise ValueError(
            f"{file} is not UTF-8 (byte {error.start:,}); save it as UTF-8 and try again."
        ) from error
    if not text.strip():
        raise ValueError(f"{file} is empty; a corpus wants at least one line of text.")
    return text
