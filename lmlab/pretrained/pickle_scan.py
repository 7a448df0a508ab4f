"""What a pickle would import, read without running it. Built in chapter 8.2.

lmlab opens no pickle. This is for a file that somebody has sent, and that you mean to convert.
"""

import pickletools
import zipfile
from collections.abc import Collection
from pathlib import Path

WEIGHTS_ONLY = frozenset(
    (
        "collections.OrderedDict",
        "torch._utils._rebuild_parameter",
        "torch._utils._rebuild_tensor_v2",
    )
) | {
    f"torch.{kind}Storage"
    for kind in "BFloat16 Bool Byte Char Double Float Half Int Long Short".split()
}
"""All that a file of weights by `torch.save` has to import."""
ZIP = b"PK\x03\x04"
UNKNOWN = "?.?"
"""A name that is put together while the pickle runs; no list allows it."""
_TEXTS = frozenset("STRING BINSTRING SHORT_BINSTRING UNICODE".split()) | frozenset(
    "SHORT_BINUNICODE BINUNICODE BINUNICODE8".split()
)


def forbidden_imports(content: bytes, allowed: Collection[str]) -> list[str]:
    """The names, "module.name", that a pickle would import and that are not allowed; sorted.

    GLOBAL and INST bring "module name" along. STACK_GLOBAL takes the two texts that were laid on
    the stack last, anew or out of the memo. Where something else came between, the name is
    `UNKNOWN`. Nothing of the pickle is run. Raises ValueError when something follows its end, where
    nobody would have looked. Built in chapter 8.2.
    """
    found: set[str] = set()
    texts: list[str] = []  # laid on the stack without a break
    memo: dict[int, str | None] = {}
    end = 0
    for opcode, argument, place in pickletools.genops(content):
        end = place + 1  # a pickle ends with STOP, one byte
        match opcode.name:
            case "GLOBAL" | "INST":
                found.add(argument.replace(" ", "."))
                texts = []
            case "STACK_GLOBAL":
                found.add(".".join(texts[-2:]) if len(texts) > 1 else UNKNOWN)
                texts = []
            case "MEMOIZE" | "PUT" | "BINPUT" | "LONG_BINPUT":
                memo[len(memo) if argument is None else argument] = texts[-1] if texts else None
            case "GET" | "BINGET" | "LONG_BINGET":
                text = memo.get(argument)
                texts = [] if text is None else [*texts, text]
            case "EXT1" | "EXT2" | "EXT4":  # a name by its number in a register elsewhere
                found.add(UNKNOWN)
                texts = []
            case name if name in _TEXTS:
                texts.append(argument)
            case name if name not in ("PROTO", "FRAME"):
                texts = []
    if end < len(content):
        raise ValueError("something follows its end")
    return sorted(found - set(allowed))


def scan_pickle(path: str | Path, allowed: Collection[str] = WEIGHTS_ONLY) -> list[str]:
    """What a file would import that weights have no need of; an empty list when there is nothing.

    A file of `torch.save` is a zip with a pickle in it; the file may also be a single bare pickle.
    Raises ValueError when it is neither: what cannot be read is not to be trusted.
    """
    path = Path(path)
    if not path.is_file():
        raise FileNotFoundError(f"{path} is no file: give one that ends in .pt, .bin or .pkl.")
    found: set[str] = set()
    for name, content in _pickles(path):
        try:
            found.update(forbidden_imports(content, allowed))
        except Exception as error:  # pickletools raises what it meets: ValueError, struct.error…
            raise ValueError(
                f"{path}: {name} is no whole pickle ({error}). Do not open it; ask for a "
                "safetensors file."
            ) from error
    return sorted(found)


def _pickles(path: Path) -> list[tuple[str, bytes]]:
    """The pickles in a file, with their names."""
    content = path.read_bytes()
    if not content.startswith(ZIP):  # as a loader tells; what zipfile looks for stands at the end
        return [(path.name, content)]
    try:
        with zipfile.ZipFile(path) as archive:  # two entries may have one name: read both
            entries = [entry for entry in archive.infolist() if entry.filename.endswith(".pkl")]
            found = [(entry.filename, archive.read(entry)) for entry in entries]
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError) as error:
        raise ValueError(
            f"{path} is no whole zip ({error}). Do not open it; ask for a safetensors file."
        ) from error
    if not found:
        raise ValueError(f"{path} is a zip without a pickle: no file of `torch.save`.")
    return found
