"""Trained models by name or folder, and the maps to and from Hugging Face's layouts."""

from lmlab.pretrained.bert_encoder import BERTEncoder, MaskedBERT
from lmlab.pretrained.catalogue import ModelInfo
from lmlab.pretrained.hugging_face import export_hugging_face, import_hugging_face
from lmlab.pretrained.library_tokenizer import LibraryTokenizer
from lmlab.pretrained.load import load, locate
from lmlab.pretrained.sentences import sentence_vectors
from lmlab.pretrained.store import available, fetch
from lmlab.pretrained.writing import answer, fill, write

__all__ = [
    "BERTEncoder",
    "LibraryTokenizer",
    "MaskedBERT",
    "ModelInfo",
    "answer",
    "available",
    "export_hugging_face",
    "fetch",
    "fill",
    "import_hugging_face",
    "load",
    "locate",
    "sentence_vectors",
    "write",
]
