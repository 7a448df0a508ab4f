import time

import pytest
import torch

from lmlab.models import GPT, TransformerConfig
from lmlab.pretrained import BERTEncoder, MaskedBERT, load, locate
from lmlab.pretrained.load import SkipInitialisation
from lmlab.sources import Found, Unreachable, hub_folder
from lmlab.text import CharTokenizer

SHAPE = {"vocab_size": 5, "d_model": 16, "n_layers": 1, "n_heads": 2}


@pytest.fixture(autouse=True)
def offline(cache, monkeypatch):
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")


@pytest.mark.parametrize("kind", [GPT, BERTEncoder, MaskedBERT])
def test_a_folder_of_ours_comes_back_as_it_was_saved(kind, tmp_path, capsys):
    norms = {"norm": "layernorm", "norm_position": "post", "positions": "learned"}
    saved = kind(TransformerConfig(**SHAPE, **norms))
    saved.save_pretrained(tmp_path / "m", CharTokenizer("abcd"))
    model, tokenizer = load(tmp_path / "m")
    assert type(model) is kind and not model.training
    for name, weight in saved.named_parameters():
        assert weight.equal(dict(model.named_parameters())[name])
    assert tokenizer.vocab_size == 5
    assert capsys.readouterr().out == ""


def test_weights_that_are_to_be_read_are_not_drawn_first():
    state = torch.get_rng_state()
    with SkipInitialisation():
        model = GPT(TransformerConfig(**SHAPE))
    assert torch.equal(torch.get_rng_state(), state)
    assert model.head.weight is model.embed.weight
    assert not torch.equal(torch.rand(3), torch.rand(3))


def test_an_unknown_name_leads_to_the_nearest_ones_and_those_that_are_here():
    started = time.monotonic()
    with pytest.raises(ValueError) as caught:
        load("smollm")
    assert time.monotonic() - started < 3
    said = str(caught.value)
    assert "Did you mean smollm2-135m?" in said
    here = said[said.index("Here now: ") : said.index("to be fetched: smollm2-135m")]
    assert all(name in here for name in ("town-bert", "town-gpt"))


def test_a_name_of_the_hub_is_asked_of_the_hub(monkeypatch, tmp_path, capsys):
    GPT(TransformerConfig(**SHAPE)).save_pretrained(tmp_path, CharTokenizer("abcd"))
    asked = []
    monkeypatch.setattr(
        hub_folder, "fetch", lambda model, _: asked.append(model) or Found(tmp_path, "hub")
    )
    model, _ = load("somebody/some-model")
    assert asked == [hub_folder.HubFolder("somebody/some-model")]
    assert model.config.d_model == 16
    said = capsys.readouterr().out
    assert said.startswith("somebody/some-model: from the hub; its licence is named at")


def test_without_a_network_the_hub_is_given_up_at_once():
    with pytest.raises(Unreachable, match="somebody/some-model lives on the Hugging Face hub"):
        load("somebody/some-model")


def test_a_model_without_a_tokenizer_is_refused(tmp_path):
    GPT(TransformerConfig(**SHAPE)).save_pretrained(tmp_path)
    with pytest.raises(FileNotFoundError, match="no tokenizer"):
        load(tmp_path)


def test_the_folder_of_a_shipped_model_is_found_by_its_name():
    assert (locate("town-gpt") / "training.json").is_file()
