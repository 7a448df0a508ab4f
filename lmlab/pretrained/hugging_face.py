"""A model's folder in Hugging Face's layout: read into our classes, and written from them.

Used from chapter 5 on.
"""

import json
from collections.abc import Mapping
from pathlib import Path

from safetensors import SafetensorError
from safetensors.torch import load_file, save
from torch import Tensor

from lmlab.models import GPT, Pretrained
from lmlab.models.folders import CONFIG, WEIGHTS
from lmlab.pretrained.bert_encoder import BERTEncoder, MaskedBERT
from lmlab.pretrained.families import config_from_hugging_face, config_to_hugging_face
from lmlab.pretrained.library_tokenizer import TOKENIZER_CONFIG, LibraryTokenizer
from lmlab.pretrained.weight_maps import weights_from_hugging_face, weights_to_hugging_face
from lmlab.sources.atomic import write_file
from lmlab.text.tokenizer import Tokenizer
from lmlab.text.vocabulary import END_OF_TEXT

INDEX = "model.safetensors.index.json"


def import_hugging_face(folder: str | Path) -> GPT | BERTEncoder:
    """Read a GPT-2, Llama, Qwen2 or BERT folder (config.json, model.safetensors) into our classes.

    Of a BERT the body is read, and the head for hidden tokens where there is one.
    """
    folder = Path(folder)
    theirs = json.loads((folder / CONFIG).read_text(encoding="utf-8"))
    config = config_from_hugging_face(theirs)
    family = theirs["model_type"]
    weights = weights_from_hugging_face(_read_weights(folder), family)
    if config.tied_embeddings:
        weights.pop("head.weight", None)
    return _kind(family, weights).from_weights(config, weights, folder / WEIGHTS)


def _kind(family: str, weights: Mapping[str, Tensor]) -> type[GPT] | type[BERTEncoder]:
    if family != "bert":
        return GPT
    return MaskedBERT if "head.bias" in weights else BERTEncoder


def _read_weights(folder: Path) -> dict[str, Tensor]:
    """The tensors of model.safetensors, or of the files that its index names."""
    if (folder / WEIGHTS).is_file():
        return _tensors(folder / WEIGHTS)
    if (folder / INDEX).is_file():
        places = json.loads((folder / INDEX).read_text(encoding="utf-8"))["weight_map"]
        parts = [_tensors(folder / file) for file in sorted(set(places.values()))]
        return {name: value for part in parts for name, value in part.items()}
    pickled = sorted(file.name for end in ("*.bin", "*.pt", "*.pth") for file in folder.glob(end))
    if not pickled:
        raise FileNotFoundError(f"{folder} has no {WEIGHTS}: it is not a complete model folder.")
    raise ValueError(
        f"{folder} holds {pickled[0]}, a pickle, which can run any code when it is opened. Convert "
        "it once where you trust it: transformers.AutoModel.from_pretrained(folder)"
        ".save_pretrained(new_folder)."
    )


def _tensors(path: Path) -> dict[str, Tensor]:
    try:
        return load_file(path)
    except SafetensorError as error:
        raise ValueError(f"{path} is damaged ({error}); copy or download it again.") from error


def export_hugging_face(
    model: Pretrained, folder: str | Path, tokenizer: Tokenizer | None = None
) -> Path:
    """Write a GPT, BERTEncoder or MaskedBERT as a folder that Transformers opens.

    Its classes for them are AutoModelForCausalLM, AutoModel and AutoModelForMaskedLM.
    With a tokenizer, `AutoTokenizer` opens the folder too, and `generate` knows where a text ends.
    (For a Qwen2 it cuts text in Qwen's way, whatever the file says: use `PreTrainedTokenizerFast`.)
    """
    if not isinstance(model, GPT | BERTEncoder):
        raise ValueError(
            f"Transformers has no class for a {type(model).__name__} of ours; a GPT, "
            "BERTEncoder or MaskedBERT can be written in its layout."
        )
    folder = Path(folder)
    config = config_to_hugging_face(model.config)
    if isinstance(model, MaskedBERT):
        config["architectures"] = ["BertForMaskedLM"]
    ours = {name: p.detach().cpu() for name, p in model.named_parameters()}
    theirs = weights_to_hugging_face(ours, config["model_type"])
    theirs = {name: value.contiguous() for name, value in theirs.items()}
    write_file(folder / WEIGHTS, save(theirs, metadata={"format": "pt"}))
    if tokenizer is not None:
        config["eos_token_id"] = tokenizer.eos_id
        tokenizer.save(folder)
        if not isinstance(tokenizer, LibraryTokenizer):  # which has saved what is told below
            _write_json(folder / TOKENIZER_CONFIG, _tokenizer_config(tokenizer, model))
    _write_json(folder / CONFIG, config)
    return folder


def _tokenizer_config(tokenizer: Tokenizer, model: Pretrained) -> dict[str, object]:
    """What Transformers wants to know of a tokenizer beside its tokenizer.json."""
    return {
        "tokenizer_class": "PreTrainedTokenizerFast",
        "model_max_length": model.config.context_length,
        "eos_token": None if tokenizer.eos_id is None else END_OF_TEXT,
    }


def _write_json(path: Path, content: Mapping[str, object]) -> None:
    write_file(path, json.dumps(content, indent=2) + "\n")
