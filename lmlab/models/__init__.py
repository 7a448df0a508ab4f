"""Models: each reads token ids and returns logits, each saves itself as a folder."""

from pathlib import Path

from lmlab.models.bert import BERT
from lmlab.models.config import TransformerConfig
from lmlab.models.encoder_decoder import EncoderDecoder
from lmlab.models.folders import Pretrained, read_architecture
from lmlab.models.gpt import GPT
from lmlab.models.heads import HeadConfig, SequenceClassifier, SpanReader, TokenTagger
from lmlab.models.language_model import LanguageModel
from lmlab.models.neural_ngram import NeuralNGram, NeuralNGramConfig
from lmlab.models.ngram import NGram, NGramConfig
from lmlab.models.recurrent import RecurrentConfig, RecurrentLM
from lmlab.models.transformer import Transformer

__all__ = [
    "BERT",
    "EncoderDecoder",
    "GPT",
    "HeadConfig",
    "LanguageModel",
    "NGram",
    "NGramConfig",
    "NeuralNGram",
    "NeuralNGramConfig",
    "Pretrained",
    "RecurrentConfig",
    "RecurrentLM",
    "SequenceClassifier",
    "SpanReader",
    "TokenTagger",
    "Transformer",
    "TransformerConfig",
    "open_model",
]

_ARCHITECTURES = {
    cls.__name__: cls
    for cls in (
        GPT,
        BERT,
        EncoderDecoder,
        NGram,
        NeuralNGram,
        RecurrentLM,
        SequenceClassifier,
        SpanReader,
        TokenTagger,
    )
}


def open_model(folder: str | Path) -> Pretrained:
    """The model in a folder of ours, of whatever kind, in evaluation mode."""
    kind = read_architecture(folder)
    if kind not in _ARCHITECTURES:
        raise ValueError(
            f"{folder} holds a model of kind {kind!r}; there are {', '.join(_ARCHITECTURES)}."
        )
    return _ARCHITECTURES[kind].from_pretrained(folder)
