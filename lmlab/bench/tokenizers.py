"""Megabytes a second: learning merges, and encoding with them, beside other libraries.

Encoders must give the same ids, or there is no figure but an error; trainers may break ties in
other ways.
"""

import importlib.util
from collections.abc import Callable, Iterator

from lmlab.bench.figure import Figure
from lmlab.scaling.timing import median_seconds
from lmlab.text import corpora
from lmlab.text.bpe import PATTERN, BPETokenizer

MEGABYTES, VOCAB_SIZE = 4, 1024


def measure(
    megabytes: float = MEGABYTES, vocab_size: int = VOCAB_SIZE, repeats: int = 3
) -> Iterator[Figure]:
    """Learn from, and encode, so much of the standard library's source."""
    text = source_text(megabytes)
    size = len(text.encode()) / 1e6
    seconds = median_seconds(_trainers(text, vocab_size), repeats)
    for name, each in seconds.items():
        least = 1.5 if name.startswith("lmlab") else None
        yield Figure(f"BPE learnt: {name}", size / each, "MB/s", at_least=least)
    encoders = _encoders(BPETokenizer.train(text, vocab_size, engine="tokenizers", progress=False))
    ids = {name: encode(text) for name, encode in encoders.items()}
    if len(set(map(tuple, ids.values()))) > 1:
        raise ValueError(f"{', '.join(ids)} give different ids: these are not the same tokenizer.")
    work = {name: lambda encode=encode: encode(text) for name, encode in encoders.items()}
    for name, each in median_seconds(work, repeats).items():
        least = 5.0 if name.startswith("lmlab, a long") else None
        yield Figure(f"BPE encoded: {name}", size / each, "MB/s", at_least=least)


def source_text(megabytes: float) -> str:
    """The beginning of Python's standard library, about so long."""
    pieces, missing = [], int(megabytes * 1e6)
    for document in corpora.load("python-source", verbose=False).train:
        pieces.append(document)
        missing -= len(document)
        if missing <= 0:
            break
    return "".join(pieces)


def _trainers(text: str, vocab_size: int) -> dict[str, Callable[[], object]]:
    def ours(engine: str) -> Callable[[], object]:
        return lambda: BPETokenizer.train(text, vocab_size, engine=engine, progress=False)

    trainers = {"lmlab, to be read": ours("readable"), "tokenizers": ours("tokenizers")}
    if importlib.util.find_spec("rustbpe"):
        trainers["rustbpe"] = lambda: _rustbpe(text, vocab_size)
    return trainers


def _rustbpe(text: str, vocab_size: int) -> None:
    """It breaks ties by a rule of its own: its merges are others, the work is the same."""
    import rustbpe

    rustbpe.Tokenizer().train_from_iterator([text], vocab_size - 1, pattern=PATTERN)


def _encoders(tokenizer: BPETokenizer) -> dict[str, Callable[[str], list[int]]]:
    from tokenizers import Tokenizer

    library = Tokenizer.from_str(tokenizer.to_json())
    return {
        "lmlab, a long text (by tiktoken)": tokenizer.encode,
        "tokenizers": lambda text: library.encode(text).ids,
    }
