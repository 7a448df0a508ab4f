"""Models as functions from inputs to predictions; padding changes no answer."""

import pytest
import torch

from lmlab.models import GPT, EncoderDecoder, HeadConfig, SequenceClassifier, TransformerConfig
from lmlab.tasks import by_classifying, by_prompting, by_writing
from lmlab.tasks.adapters import batch_of
from lmlab.text import CharTokenizer

TEXTS = ["abc", "a", "cabba"]
TOKENIZER = CharTokenizer("abc")
SHAPE = {
    "vocab_size": TOKENIZER.vocab_size,
    "context_length": 12,
    "d_model": 16,
    "n_layers": 1,
    "n_heads": 2,
}


def decided(model):
    """Large weights, so that the model is sure of what it says."""
    torch.manual_seed(0)
    for weight in model.parameters():
        if weight.ndim > 1:
            torch.nn.init.normal_(weight, std=0.6)
    return model.eval()


WRITER = decided(EncoderDecoder(TransformerConfig(**SHAPE)))
READER = decided(GPT(TransformerConfig(**SHAPE)))
JUDGE = decided(SequenceClassifier(HeadConfig(**SHAPE, n_outputs=3)))


def prompted(**more):
    return by_prompting(READER, TOKENIZER, lambda text: text + "b", len, max_new_tokens=5, **more)


@pytest.mark.parametrize(
    "predict",
    [
        by_writing(WRITER, TOKENIZER, max_new_tokens=6),
        by_writing(WRITER, TOKENIZER, max_new_tokens=6, num_beams=3, length_penalty=0.6),
        prompted(),
    ],
)
def test_a_batch_is_answered_as_its_texts_would_be_alone(predict):
    assert predict(TEXTS) == [predict([text])[0] for text in TEXTS]


def test_an_answer_is_what_the_model_writes_up_to_the_end():
    (written,) = by_writing(WRITER, TOKENIZER, max_new_tokens=6)(["abc"])
    ids = torch.tensor([TOKENIZER.encode("abc")])
    eos_id = TOKENIZER.eos_id
    expected = WRITER.generate(ids, 6, begin_id=eos_id, eos_id=eos_id, temperature=0.0)[0].tolist()
    assert TOKENIZER.encode(written) == [id for id in expected if id != eos_id]


def test_a_prompt_is_read_with_its_special_tokens_and_the_answer_parsed():
    def answer(template):
        return by_prompting(READER, TOKENIZER, template, str.upper, max_new_tokens=4)(["ab"])[0]

    marked = torch.tensor([[TOKENIZER.eos_id, *TOKENIZER.encode("ab")]])
    eos_id = TOKENIZER.eos_id
    ids = READER.generate(marked, 4, temperature=0.0, eos_id=eos_id)[0, 3:].tolist()
    expected = TOKENIZER.decode(ids[: ids.index(eos_id)] if eos_id in ids else ids)
    assert answer("<|endoftext|>{}".format) == expected.upper()


def test_classes_come_with_probabilities():
    predict = by_classifying(JUDGE, TOKENIZER.encode, ["good", "bad", "so so"])
    found = predict(TEXTS)
    for text, probs in zip(TEXTS, found, strict=True):
        logits = JUDGE(torch.tensor([TOKENIZER.encode(text)]))[0]
        assert list(probs) == ["good", "bad", "so so"]
        assert list(probs.values()) == pytest.approx(logits.softmax(-1).tolist(), abs=1e-5)


def test_a_batch_is_filled_up_on_the_side_that_is_asked_for():
    ids, mask = batch_of([[1, 2], [3]], 4)
    assert ids.tolist() == [[1, 2], [3, 0]] and mask.tolist() == [[True] * 2, [True, False]]
    ids, mask = batch_of([[1, 2], [3]], 4, side="left")
    assert ids.tolist() == [[1, 2], [0, 3]] and mask.tolist() == [[True] * 2, [False, True]]


@pytest.mark.parametrize(
    ("predict", "reads"),
    [
        (by_writing(WRITER, TOKENIZER, max_new_tokens=6), 12),
        (by_classifying(JUDGE, TOKENIZER.encode, "xyz"), 12),
        (by_prompting(READER, TOKENIZER, str, str, max_new_tokens=5), 7),
    ],
)
def test_empty_and_over_long_texts_are_refused_in_a_sentence(predict, reads):
    with pytest.raises(ValueError, match=f"text 1 of the batch is empty; .* 1 to {reads}"):
        predict(["abc", ""])
    with pytest.raises(ValueError, match=f"text 0 of the batch has 13 tokens; .* 1 to {reads}"):
        predict(["a" * 13])


def test_a_tokenizer_without_a_mark_is_refused():
    bare = CharTokenizer("abc", special_tokens=())
    with pytest.raises(ValueError, match="no mark that ends a text"):
        by_writing(WRITER, bare, max_new_tokens=6)
