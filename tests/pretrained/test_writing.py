"""Text in, text out: masks are filled where they stand."""

import pytest
import torch

from lmlab.models import GPT, TransformerConfig
from lmlab.models.bert import BERT
from lmlab.pretrained import LibraryTokenizer
from lmlab.pretrained.writing import answer, fill, write
from lmlab.text import BPETokenizer, CharTokenizer

SPECIAL = ("<|endoftext|>", "<|mask|>")


class Recorder(BERT):
    """Keeps the ids that it is given."""

    def forward(self, ids, **more):
        self.read = ids[0].tolist()
        return super().forward(ids, **more)


def _model(tokenizer):
    torch.manual_seed(0)
    shape = {"context_length": 16, "d_model": 8, "n_layers": 1, "n_heads": 2}
    return Recorder(TransformerConfig(vocab_size=tokenizer.vocab_size, **shape)).eval()


def test_each_mask_gets_its_likeliest_tokens():
    tokenizer = CharTokenizer("abcdef ", SPECIAL)
    model = _model(tokenizer)
    first, second = fill(model, tokenizer, "ab <|mask|>d<|mask|>", top=3)
    eos, mask = tokenizer.eos_id, tokenizer.mask_id
    assert model.read == [eos, 0, 1, 6, mask, 3, mask]
    probs = model(torch.tensor([model.read]))[0].softmax(-1)
    for guesses, row in ((first, probs[4]), (second, probs[6])):
        best = row.topk(3)
        assert [token for token, _ in guesses] == tokenizer.tokens(best.indices.tolist())
        assert [p for _, p in guesses] == pytest.approx(best.values.tolist())
    assert len(fill(model, tokenizer, "<|mask|>", top=99)[0]) == tokenizer.vocab_size


def test_with_bpe_the_space_before_a_mask_belongs_to_it():
    tokenizer = BPETokenizer.train("a cat a cat a cat", 262, SPECIAL, progress=False)
    model = _model(tokenizer)
    fill(model, tokenizer, "a <|mask|> a cat")
    spaced = model.read
    fill(model, tokenizer, "a<|mask|> a cat")
    assert model.read == spaced
    assert spaced == [258 + 2, *tokenizer.encode("a"), 261, *tokenizer.encode(" a cat")]


def test_another_mark_in_the_text_is_ordinary_text():
    tokenizer = CharTokenizer.train("<|endoftext|>", SPECIAL)
    model = _model(tokenizer)
    fill(model, tokenizer, "<|endoftext|><|mask|>")
    assert model.read[1:-1] == tokenizer.encode("<|endoftext|>")


def test_a_text_without_a_mask_is_refused():
    tokenizer = CharTokenizer("ab", SPECIAL)
    with pytest.raises(ValueError, match="no <|mask|> in 'ab'"):
        fill(_model(tokenizer), tokenizer, "ab")


def test_a_tokenizer_without_a_mask_is_refused():
    tokenizer = CharTokenizer("ab")
    with pytest.raises(ValueError, match="special_tokens="):
        fill(_model(tokenizer), tokenizer, "a<|mask|>")


def test_an_answer_ends_where_the_models_turn_ends(chat_tokenizer):
    torch.manual_seed(0)
    model = GPT(TransformerConfig(vocab_size=chat_tokenizer.vocab_size, d_model=16, n_layers=1))
    spoken = chat_tokenizer.encode("The 鱼")
    script = iter([*spoken, chat_tokenizer.eos_id, *spoken])
    read = []

    def stream(ids, max_new_tokens, **settings):
        read.append(chat_tokenizer.decode(ids[0]))
        yield from (torch.tensor([id]) for id in script)

    model.stream = stream
    pieces = list(answer(model, chat_tokenizer, "Who swims?"))
    assert "".join(pieces) == "The 鱼" and "\N{REPLACEMENT CHARACTER}" not in pieces
    asked = "<|im_start|>user\nWho swims?<|im_end|>\n<|im_start|>assistant\n"
    assert read == [asked]
    assert next(script) == spoken[0]  # what stood behind the end was not asked for


def test_a_model_that_sees_what_follows_does_not_write():
    tokenizer = CharTokenizer("abcdef ", SPECIAL)
    with pytest.raises(ValueError, match="a Recorder does not predict what follows"):
        next(write(_model(tokenizer), tokenizer, "ab"))


def test_a_published_bert_is_given_the_mask_of_its_own(word_piece):
    tokenizer = LibraryTokenizer(word_piece, mask_token="[MASK]")
    model = _model(tokenizer)
    guesses = fill(model, tokenizer, "the cat <|mask|> on", top=2)
    assert tokenizer.tokens(model.read) == ["[CLS]", "the", "cat", "[MASK]", "on", "[SEP]"]
    assert len(guesses) == 1 and len(guesses[0]) == 2
