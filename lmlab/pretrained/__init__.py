"""Trained models by name or folder, and the maps to and from Hugging Face's layouts."""

from lmlab.pretrained.load import available, load, locate
from lmlab.pretrained.weight_maps import export_hugging_face, import_hugging_face
from lmlab.pretrained.writing import fill, write

__all__ = [
    "available",
    "export_hugging_face",
    "fill",
    "import_hugging_face",
    "load",
    "locate",
    "write",
]
