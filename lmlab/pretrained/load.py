"""`load`: a trained model and its tokenizer, by name or from a folder."""

from difflib import get_close_matches
from pathlib import Path

from lmlab.models import Pretrained, open_model
from lmlab.models.folders import CONFIG, read_architecture
from lmlab.pretrained.weight_maps import import_hugging_face
from lmlab.sources.shipped import data_dir
from lmlab.text.tokenizer import Tokenizer, load_tokenizer


def load(name: str | Path) -> tuple[Pretrained, Tokenizer]:
    """The model and the tokenizer of a shipped checkpoint ("town-gpt") or of a folder.

    A folder may be one of ours (`save_pretrained`, `lmlab train --out`) or a GPT-2, Llama or Qwen2
    in Hugging Face's layout. The model is in evaluation mode.
    """
    folder = locate(name)
    ours = read_architecture(folder) is not None
    model = open_model(folder) if ours else import_hugging_face(folder)
    return model, load_tokenizer(folder)


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
