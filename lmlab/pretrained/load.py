"""`load`: a trained model and its tokenizer, by name or from a folder."""

import json
from difflib import get_close_matches
from pathlib import Path

from lmlab.models import GPT
from lmlab.models.folders import CONFIG
from lmlab.pretrained.weight_maps import import_hugging_face
from lmlab.sources.shipped import data_dir
from lmlab.text.tokenizer import Tokenizer, load_tokenizer


def load(name: str | Path) -> tuple[GPT, Tokenizer]:
    """The model and the tokenizer of a shipped checkpoint ("town-gpt") or of a folder.

    A folder may be one of ours (`save_pretrained`, `lmlab train --out`) or a GPT-2, Llama or Qwen2
    in Hugging Face's layout. The model is in evaluation mode.
    """
    folder = locate(name)
    if _is_ours(folder):
        return GPT.from_pretrained(folder), load_tokenizer(folder)
    return import_hugging_face(folder), load_tokenizer(folder)


def available() -> list[str]:
    """Names of the models that `load` finds on this machine."""
    shipped = data_dir() / "checkpoints"
    return sorted(path.parent.name for path in shipped.glob(f"*/{CONFIG}"))


def locate(name: str | Path) -> Path:
    """The folder of a shipped checkpoint, or the folder itself; ValueError when there is none."""
    shipped = data_dir() / "checkpoints" / str(name)
    if isinstance(name, str) and name in available():
        return shipped
    if Path(name).is_dir():
        return Path(name)
    near = get_close_matches(str(name), available(), n=1)
    hint = f"did you mean {near[0]!r}? " if near else ""
    raise ValueError(
        f"{str(name)!r} is neither a folder nor a model that is here; {hint}"
        f"here: {', '.join(available()) or 'none'}."
    )


def _is_ours(folder: Path) -> bool:
    """Our config names the architecture; Hugging Face's has a model_type."""
    path = folder / CONFIG
    if not path.is_file():
        raise FileNotFoundError(f"{folder} has no {CONFIG}: it is not a model folder.")
    try:
        return "model_type" not in json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise ValueError(f"{path} is no model config: {error}.") from error
