"""The translator of the Bergamot project: its arithmetic written out once more, and its reader."""

import math

import pytest
import tokenizers
import torch
from torch.nn import functional as F

from lmlab.interpret import record
from lmlab.pretrained import load
from lmlab.pretrained.bergamot import Bergamot, BergamotConfig, marian_positions, read_bergamot
from lmlab.tasks import by_writing

D, FF, LAYERS, HEADS = 8, 12, {"encoder": 3, "decoder": 2}, 2
TOKENS = ["</s>", "<unk>", "▁the", "▁cat", "▁sat", "▁", "c", "a", "t", "▁o", "gato"]
SETTINGS = """dec-cell: ssru
dec-depth: 2
enc-depth: 3
tied-embeddings-all: true
transformer-decoder-autoreg: rnn
transformer-dim-ffn: 12
transformer-heads: 2
"""


@pytest.fixture(scope="module")
def weights():
    """Marian's names, with matrices (in, out)."""
    torch.manual_seed(0)
    found = {
        "Wemb": torch.randn(len(TOKENS), D),
        "decoder_ff_logit_out_b": torch.randn(len(TOKENS)),
    }
    for side, layers in LAYERS.items():
        for layer in range(1, layers + 1):
            parts = {"encoder": ["self"], "decoder": ["context"]}[side]
            for part in (f"{side}_l{layer}_{each}" for each in parts):
                for each in "qkvo":
                    found[f"{part}_W{each}"] = torch.randn(D, D) / 3
                    found[f"{part}_b{each}"] = torch.randn(D) / 3
                found |= _norm(f"{part}_Wo")
            ffn = f"{side}_l{layer}_ffn"
            found |= {f"{ffn}_W1": torch.randn(D, FF) / 3, f"{ffn}_b1": torch.randn(FF) / 3}
            found |= {f"{ffn}_W2": torch.randn(FF, D) / 3, f"{ffn}_b2": torch.randn(D) / 3}
            found |= _norm(f"{ffn}_ffn")
            if side == "decoder":
                rnn = f"decoder_l{layer}_rnn"
                found |= {f"{rnn}_W": torch.randn(D, D) / 3, f"{rnn}_Wf": torch.randn(D, D) / 3}
                found |= {f"{rnn}_bf": torch.randn(D) / 3, **_norm(f"{rnn}_ffn")}
    return found


def _norm(name):
    return {f"{name}_ln_scale": 1 + torch.randn(D) / 5, f"{name}_ln_bias": torch.randn(D) / 5}


@pytest.fixture(scope="module")
def vocabulary(tmp_path_factory):
    model = tokenizers.models.Unigram([(token, -float(i)) for i, token in enumerate(TOKENS)], 1)
    library = tokenizers.Tokenizer(model)
    library.pre_tokenizer = tokenizers.pre_tokenizers.Metaspace()
    library.decoder = tokenizers.decoders.Metaspace()
    path = tmp_path_factory.mktemp("vocabulary") / "tokenizer.json"
    library.save(str(path))
    return path


@pytest.fixture(scope="module")
def read(weights, vocabulary, write_marian, tmp_path_factory):
    path = write_marian(tmp_path_factory.mktemp("model") / "m.bin", weights, SETTINGS)
    return read_bergamot(path, vocabulary)


def test_equals_the_equations_written_out(read, weights):
    """As Marian computes, token by token; the weights differ by what eight bits leave out."""
    model, _ = read
    kept = {name: _rounded(name, weight) for name, weight in weights.items()}
    source, target = [3, 4, 2, 0], [0, 9, 10, 5]
    expected = _written_out(kept, source, target)
    with torch.no_grad():
        logits = model(torch.tensor([source]), torch.tensor([target]))[0]
    torch.testing.assert_close(logits, expected, atol=1e-4, rtol=1e-4)


def _rounded(name, weight):
    if weight.ndim < 2:
        return weight
    scale = 127 / weight.abs().max()
    return (weight * scale).round() / scale


def _written_out(w, source, target):
    def norm(x, name):
        return F.layer_norm(x, (D,), w[f"{name}_ln_scale"], w[f"{name}_ln_bias"], 1e-9)

    def look(x, memory, name):
        q, k, v = (
            (y @ w[f"{name}_W{each}"] + w[f"{name}_b{each}"]).view(len(y), HEADS, -1)
            for each, y in zip("qkv", (x, memory, memory), strict=True)
        )
        scores = torch.einsum("qhd,khd->hqk", q, k) / math.sqrt(D / HEADS)
        mixed = torch.einsum("hqk,khd->qhd", scores.softmax(-1), v).reshape(len(x), D)
        return norm(x + mixed @ w[f"{name}_Wo"] + w[f"{name}_bo"], f"{name}_Wo")

    def feed(x, name):
        hidden = (x @ w[f"{name}_W1"] + w[f"{name}_b1"]).relu()
        return norm(x + hidden @ w[f"{name}_W2"] + w[f"{name}_b2"], f"{name}_ffn")

    def place(at):
        angles = [at / 10_000 ** (i / (D // 2 - 1)) for i in range(D // 2)]
        return torch.tensor([*map(math.sin, angles), *map(math.cos, angles)])

    x = torch.stack([w["Wemb"][id] * math.sqrt(D) + place(at) for at, id in enumerate(source)])
    for layer in range(1, 4):
        x = feed(look(x, x, f"encoder_l{layer}_self"), f"encoder_l{layer}_ffn")
    memories, rows = {1: torch.zeros(D), 2: torch.zeros(D)}, []
    for at, id in enumerate(target):
        y = (w["Wemb"][id] * math.sqrt(D) if id else torch.zeros(D)) + place(at)
        for layer in memories:
            rnn = f"decoder_l{layer}_rnn"
            f = (y @ w[f"{rnn}_Wf"] + w[f"{rnn}_bf"]).sigmoid()
            memories[layer] = f * memories[layer] + (1 - f) * (y @ w[f"{rnn}_W"])
            y = norm(y + memories[layer].relu(), f"{rnn}_ffn")
            y = look(y[None], x, f"decoder_l{layer}_context")
            y = feed(y, f"decoder_l{layer}_ffn")[0]
        rows.append(y @ w["Wemb"].T + w["decoder_ff_logit_out_b"])
    return torch.stack(rows)


def test_a_source_ends_with_its_mark(read):
    _, tokenizer = read
    assert tokenizer.tokens(tokenizer.encode("the cat sat")) == [" the", " cat", " sat", "</s>"]


def test_batches_beams_and_a_cache_change_nothing(read):
    model, tokenizer = read
    texts = ["the cat sat", "cat"]
    write = by_writing(model, tokenizer, max_new_tokens=6)
    assert write(texts) == [write([text])[0] for text in texts]
    ids = torch.tensor([tokenizer.encode(texts[0])])
    settings = {"begin_id": 0, "eos_id": 0, "temperature": 0.0}
    assert torch.equal(
        model.generate(ids, 6, **settings), model.generate(ids, 6, use_cache=False, **settings)
    )
    alone = model.beams(ids, 6, begin_id=0, eos_id=0, num_beams=3)
    slow = model.beams(ids, 6, begin_id=0, eos_id=0, num_beams=3, use_cache=False)
    assert torch.equal(alone.ids, slow.ids)


def test_cross_attention_is_recorded(read):
    model, _ = read
    with record(model) as tape, torch.no_grad():
        model(torch.tensor([[3, 4, 0]]), torch.tensor([[0, 9]]))
    weights = tape.attention_weights("decoder.*.cross")
    assert weights.shape == (2, HEADS, 2, 3)
    torch.testing.assert_close(weights.sum(dim=-1), torch.ones(2, HEADS, 2))


def test_a_kept_model_is_opened_again(read, tmp_path):
    model, tokenizer = read
    again, its_tokenizer = load(model.save_pretrained(tmp_path / "kept", tokenizer))
    assert isinstance(again, Bergamot) and again.config == model.config
    text = "the cat sat"
    assert its_tokenizer.encode(text) == tokenizer.encode(text)
    settings = {"max_new_tokens": 6}
    assert by_writing(again, its_tokenizer, **settings)([text]) == by_writing(
        model, tokenizer, **settings
    )([text])


def test_the_encoder_may_have_more_blocks_than_the_decoder():
    config = BergamotConfig(vocab_size=9, d_model=8, n_layers=3, n_heads=2, n_decoder_layers=1)
    model = Bergamot(config)
    assert (len(model.encoder.blocks), len(model.decoder.blocks)) == (3, 1)


def test_wavelengths_run_from_the_shortest_to_the_longest():
    found = marian_positions(torch.tensor([0, 3]), 8)
    assert found[0].tolist() == [0, 0, 0, 0, 1, 1, 1, 1]
    assert found[1, 0] == pytest.approx(math.sin(3)) and found[1, 3] == pytest.approx(3e-4)


@pytest.mark.parametrize(("was", "becomes"), [("ssru", "gru"), ("autoreg: rnn", "autoreg: self")])
def test_another_kind_of_decoder_is_refused(
    weights, vocabulary, write_marian, tmp_path, was, becomes
):
    path = write_marian(tmp_path / "m.bin", weights, SETTINGS.replace(was, becomes))
    with pytest.raises(ValueError, match="no student of Bergamot"):
        read_bergamot(path, vocabulary)


def test_a_weight_of_no_layer_is_named(weights, vocabulary, write_marian, tmp_path):
    strange = weights | {"encoder_l1_self_Wx": torch.zeros(D)}
    path = write_marian(tmp_path / "m.bin", strange, SETTINGS)
    with pytest.raises(ValueError, match="no layer of ours has the weight 'encoder_l1_self_Wx'"):
        read_bergamot(path, vocabulary)
